import AWS
import AWSClient
import Synchronization
import TestSupport
import Testing

@Suite struct CachedCredentialsTests {
    /// Gives numbered credentials that last an hour, or fails when told to.
    private final class Source: Sendable {
        let clock: ManualClock
        private let state = Mutex((loads: 0, fails: false))

        init(_ clock: ManualClock) {
            self.clock = clock
        }

        var loads: Int { state.withLock { $0.loads } }

        func fail(_ fails: Bool) { state.withLock { $0.fails = fails } }

        func load() async throws(CredentialsError) -> ResolvedCredentials {
            let (number, fails) = state.withLock { state in
                state.loads += 1
                return (state.loads, state.fails)
            }
            await Task.yield()
            if fails { throw CredentialsError("no") }
            return ResolvedCredentials(
                credentials: AWSCredentials(accessKeyID: "\(number)", secretAccessKey: "s"),
                expiration: Timestamp(unixSeconds: clock.now.unixSeconds + 3_600), source: "test")
        }
    }

    private func make() -> (ManualClock, Source, CachedCredentials) {
        let clock = ManualClock()
        let source = Source(clock)
        let cached = CachedCredentials(clock: clock.clock()) { () async throws(CredentialsError) in
            try await source.load()
        }
        return (clock, source, cached)
    }

    @Test func renewedBeforeTheEnd() async throws {
        let (clock, source, cached) = make()
        #expect(try await cached.credentials().credentials.accessKeyID == "1")
        clock.advance(2_699)
        #expect(try await cached.credentials().credentials.accessKeyID == "1")
        clock.advance(1)
        #expect(try await cached.credentials().credentials.accessKeyID == "2")
        #expect(source.loads == 2)
    }

    @Test func staleOnesServeWhileRenewalFails() async throws {
        let (clock, source, cached) = make()
        _ = try await cached.credentials()
        source.fail(true)
        clock.advance(2_800)
        #expect(try await cached.credentials().credentials.accessKeyID == "1")
        // The next try has to wait.
        #expect(try await cached.credentials().credentials.accessKeyID == "1")
        #expect(source.loads == 2)
        clock.advance(60)
        #expect(try await cached.credentials().credentials.accessKeyID == "1")
        #expect(source.loads == 3)
        clock.advance(740)
        await #expect(throws: CredentialsError.self) { try await cached.credentials() }
        source.fail(false)
        #expect(try await cached.credentials().credentials.accessKeyID == "5")
    }

    @Test func oneRenewalForAll() async throws {
        let (_, source, cached) = make()
        let ids = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<100 { group.addTask { try await cached.credentials().credentials.accessKeyID } }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(ids == ["1"])
        #expect(source.loads == 1)
    }

    @Test func discardedOnesAreNotGivenAgain() async throws {
        let (_, _, cached) = make()
        let first = try await cached.credentials().credentials
        await cached.discard(first)
        #expect(try await cached.credentials().credentials.accessKeyID == "2")
        // A late complaint about the old ones does not cost the new ones.
        await cached.discard(first)
        #expect(try await cached.credentials().credentials.accessKeyID == "2")
    }

    /// Whatever happens, nobody gets credentials that have ended, and nobody fails while some hold.
    @Test func anyHistory() async throws {
        var random = SeededGenerator()
        for _ in 0..<50 {
            let (clock, source, cached) = make()
            var ends: Int64 = 0
            for _ in 0..<100 {
                source.fail(Int.random(in: 0..<3, using: &random) == 0)
                clock.advance(Double(Int.random(in: 0...1_500, using: &random)))
                let before = source.loads
                do {
                    let resolved = try await cached.credentials()
                    let end = try #require(resolved.expiration).unixSeconds
                    #expect(end > clock.now.unixSeconds)
                    ends = end
                } catch {
                    #expect(ends <= clock.now.unixSeconds)
                }
                #expect(source.loads - before <= 1)
            }
        }
    }
}
