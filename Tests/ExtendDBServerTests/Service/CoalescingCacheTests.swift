import DynamoModel
import Synchronization
import Testing

@testable import ExtendDBServer

@Suite struct CoalescingCacheTests {
    /// A load that ends when the test says so, and counts.
    private final class Source: Sendable {
        private let count = Atomic(0)
        private let started: AsyncStream<Void>
        private let start: AsyncStream<Void>.Continuation
        private let released: AsyncStream<Void>
        private let releaser: AsyncStream<Void>.Continuation

        init() {
            (started, start) = AsyncStream.makeStream()
            (released, releaser) = AsyncStream.makeStream()
        }

        var loads: Int { count.load(ordering: .sequentiallyConsistent) }

        func load() async -> Int {
            let number = count.wrappingAdd(1, ordering: .sequentiallyConsistent).newValue
            start.yield()
            for await _ in released { break }
            return number
        }

        func waitForStart() async {
            for await _ in started { break }
        }

        func release() {
            releaser.yield()
        }
    }

    private final class TestClock: Sendable {
        private let offset = Mutex(Duration.zero)
        private let origin = ContinuousClock.now

        func advance(_ duration: Duration) {
            offset.withLock { $0 += duration }
        }

        var now: @Sendable () -> ContinuousClock.Instant {
            { self.origin + self.offset.withLock { $0 } }
        }
    }

    @Test func `callers that miss together share one load`() async throws {
        let cache = CoalescingCache<String, Int>(capacity: 10)
        let source = Source()
        let values = try await withThrowingTaskGroup(of: Int.self) { tasks in
            for _ in 0..<20 {
                tasks.addTask {
                    try await cache.value(for: "k") { () async throws(WireError) in
                        .init(value: await source.load(), lifetime: nil)
                    }
                }
            }
            await source.waitForStart()
            source.release()
            return try await tasks.reduce(into: []) { $0.append($1) }
        }
        #expect(values == Array(repeating: 1, count: 20))
        #expect(source.loads == 1)
    }

    @Test func `a value is kept for its lifetime`() async throws {
        let clock = TestClock()
        let cache = CoalescingCache<String, Int>(capacity: 10, now: clock.now)
        let loads = Atomic(0)
        func value() async throws(WireError) -> Int {
            try await cache.value(for: "k") { () async throws(WireError) in
                .init(
                    value: loads.wrappingAdd(1, ordering: .sequentiallyConsistent).newValue, lifetime: .seconds(60))
            }
        }
        #expect(try await value() == 1)
        clock.advance(.seconds(59))
        #expect(try await value() == 1)
        clock.advance(.seconds(1))
        #expect(try await value() == 2)
        cache.invalidate("k")
        #expect(try await value() == 3)
    }

    @Test func `a failure is not kept`() async throws {
        let cache = CoalescingCache<String, Int>(capacity: 10)
        await #expect(throws: WireError.validation("no")) {
            try await cache.value(for: "k") { () async throws(WireError) in throw .validation("no") }
        }
        let value = try await cache.value(for: "k") { () async throws(WireError) in
            .init(value: 7, lifetime: nil)
        }
        #expect(value == 7)
    }

    @Test func `a load that was overtaken by an invalidation is not kept`() async throws {
        let cache = CoalescingCache<String, Int>(capacity: 10)
        let source = Source()
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                let value = try await cache.value(for: "k") { () async throws(WireError) in
                    .init(value: await source.load(), lifetime: nil)
                }
                #expect(value == 1)
            }
            await source.waitForStart()
            cache.invalidate("k")
            source.release()
            try await tasks.waitForAll()
        }
        let value = try await cache.value(for: "k") { () async throws(WireError) in
            .init(value: 2, lifetime: nil)
        }
        #expect(value == 2)
    }

    @Test func `keys beyond the capacity do not pile up`() async throws {
        let cache = CoalescingCache<Int, Int>(capacity: 4)
        let loads = Atomic(0)
        for round in 0..<3 {
            for key in 0..<100 {
                let value = try await cache.value(for: key) { () async throws(WireError) in
                    loads.add(1, ordering: .sequentiallyConsistent)
                    return .init(value: key, lifetime: nil)
                }
                #expect(value == key, "round \(round)")
            }
        }
        #expect(loads.load(ordering: .sequentiallyConsistent) > 290)
    }
}
