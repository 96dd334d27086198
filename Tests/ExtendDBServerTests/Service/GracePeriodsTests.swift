import ExtendDBServer
import Testing

@Suite struct GracePeriodsTests {
    @Test func `nothing under way is nothing to wait for`() async {
        let grace = GracePeriods()
        await grace.passed()
        await grace.during {}
        await grace.passed()
    }

    @Test func `operations from before are waited for, later ones are not`() async throws {
        let grace = GracePeriods()
        let (started, start) = AsyncStream.makeStream(of: Void.self)
        let (ends, end) = AsyncStream.makeStream(of: Void.self)
        let (order, record) = AsyncStream.makeStream(of: String.self)
        await withTaskGroup { tasks in
            tasks.addTask {
                await grace.during {
                    start.yield()
                    for await _ in ends { break }
                    record.yield("before ended")
                }
            }
            for await _ in started { break }
            tasks.addTask {
                await grace.passed()
                record.yield("passed")
                record.finish()
            }
            // One that begins and ends meanwhile changes nothing.
            await grace.during {}
            end.yield()
        }
        var seen: [String] = []
        for await event in order { seen.append(event) }
        #expect(seen == ["before ended", "passed"])
    }

    @Test func `an operation that fails has ended`() async throws {
        struct Failure: Error {}
        let grace = GracePeriods()
        await #expect(throws: Failure.self) {
            try await grace.during { () async throws(Failure) in throw Failure() }
        }
        await grace.passed()
    }

    @Test func `many wait for many`() async {
        let grace = GracePeriods()
        await withTaskGroup { tasks in
            for number in 0..<200 {
                tasks.addTask {
                    if number.isMultiple(of: 5) {
                        await grace.passed()
                    } else {
                        await grace.during { await Task.yield() }
                    }
                }
            }
        }
        await grace.passed()
    }
}
