import TestSupport
import Testing

/// The checker on histories whose verdict is known.
@Suite struct LinearizabilityCheckerTests {
    private func event(_ start: Int, _ end: Int?, _ operation: RegisterOperation) -> HistoryEvent {
        HistoryEvent(start, end, [0: operation])
    }

    private func isPossible(_ events: [HistoryEvent]) -> Bool {
        let verdict = LinearizabilityChecker.verdict(events)
        #expect(verdict != .undecided)
        return verdict == .possible
    }

    @Test func `one after another`() {
        #expect(isPossible([]))
        let good = [
            event(1, 2, .read(nil)), event(3, 4, .write(5)), event(5, 6, .increment(result: 6)),
            event(7, 8, .exchange(expected: 5, new: 0, succeeded: false)),
            event(9, 10, .exchange(expected: 6, new: 9, succeeded: true)), event(11, 12, .read(9)),
            event(13, 14, .delete), event(15, 16, .increment(result: 1)),
        ]
        #expect(isPossible(good))
        #expect(isPossible(good.reversed()))
        #expect(!isPossible(good + [event(17, 18, .read(9))]))
    }

    @Test func `at the same time`() {
        // A read beside a write sees either; two of them in a row do not go back.
        let write = event(1, 10, .write(5))
        #expect(isPossible([write, event(2, 3, .read(nil)), event(4, 5, .read(5))]))
        #expect(!isPossible([write, event(2, 3, .read(5)), event(4, 5, .read(nil))]))
    }

    @Test func `a lost update`() {
        #expect(!isPossible([event(1, 4, .increment(result: 1)), event(2, 3, .increment(result: 1))]))
        #expect(
            !isPossible([
                event(1, 4, .exchange(expected: nil, new: 1, succeeded: true)),
                event(2, 3, .exchange(expected: nil, new: 2, succeeded: true)),
            ]))
    }

    @Test func `a stale read`() {
        #expect(!isPossible([event(1, 2, .write(1)), event(3, 4, .write(2)), event(5, 6, .read(1))]))
    }

    @Test func `a transaction that shows in part`() {
        let transaction = HistoryEvent(1, 10, [0: .write(1), 1: .write(1)])
        #expect(isPossible([transaction, HistoryEvent(2, 3, [0: .read(1), 1: .read(1)])]))
        #expect(isPossible([transaction, HistoryEvent(2, 3, [0: .read(nil), 1: .read(nil)])]))
        #expect(!isPossible([transaction, HistoryEvent(2, 3, [0: .read(1), 1: .read(nil)])]))
        // Each item alone has an order here; both together have none.
        #expect(!isPossible([transaction, event(2, 3, .read(1)), HistoryEvent(4, 5, [1: .read(nil)])]))
        // Two writes of a batch may lie apart.
        let batch = [event(1, 10, .write(1)), HistoryEvent(1, 10, [1: .write(1)])]
        #expect(isPossible(batch + [HistoryEvent(2, 3, [0: .read(1), 1: .read(nil)])]))
    }

    @Test func `write skew`() {
        // Each saw the other's item missing and made its own.
        func pair(_ mine: Int, _ other: Int) -> HistoryEvent {
            HistoryEvent(1, 10, [mine: .exchange(expected: nil, new: 1, succeeded: true), other: .read(nil)])
        }
        #expect(isPossible([pair(0, 1)]))
        #expect(!isPossible([pair(0, 1), pair(1, 0)]))
    }

    @Test func `what was never answered`() {
        let lost = event(1, nil, .increment(result: nil))
        // It happened, late or never; but not twice, and not before it began.
        #expect(isPossible([lost, event(2, 3, .read(nil)), event(4, 5, .read(1))]))
        #expect(isPossible([lost, event(2, 3, .read(nil)), event(4, 5, .read(nil))]))
        #expect(!isPossible([lost, event(2, 3, .read(1)), event(4, 5, .read(2))]))
        #expect(!isPossible([lost, event(2, 3, .read(1)), event(4, 5, .read(nil))]))
        #expect(!isPossible([event(1, 2, .read(1)), event(3, nil, .write(1))]))
        #expect(isPossible([event(1, nil, .exchange(expected: nil, new: 3, succeeded: nil)), event(2, 3, .read(3))]))
        #expect(!isPossible([event(1, nil, .exchange(expected: 1, new: 3, succeeded: nil)), event(2, 3, .read(3))]))
    }

    @Test func `a search that becomes too large`() {
        let writes = (0..<30).map { event(1, 100, .write($0)) }
        #expect(LinearizabilityChecker.verdict(writes + [event(101, 102, .read(-1))], limit: 5_000) == .undecided)
        #expect(LinearizabilityChecker.verdict(writes + [event(101, 102, .read(29))], limit: 5_000) == .possible)
    }

    /// Histories that a register really made, and the same with one answer falsified.
    @Test func `planted violations in long histories`() throws {
        var random = SeededGenerator(label: "planted")
        for _ in 0..<20 {
            var (events, state) = ([HistoryEvent](), [Int: Int]())
            for step in 0..<150 {
                let item = Int.random(in: 0..<3, using: &random)
                let other = (item + 1) % 3
                var operations: [Int: RegisterOperation] = [:]
                switch Int.random(in: 0..<3, using: &random) {
                case 0: operations = [item: .increment(result: (state[item] ?? 0) + 1)]
                case 1: operations = [item: .read(state[item]), other: .read(state[other])]
                default: operations = [item: .write(step), other: .delete]
                }
                for (item, operation) in operations { state[item] = try #require(operation.applied(to: state[item])) }
                // It happened at 10 times its step, among its neighbours.
                let (early, late) = (Int.random(in: 1..<30, using: &random), Int.random(in: 1..<30, using: &random))
                events.append(HistoryEvent(step * 10 - early, step * 10 + late, operations))
            }
            #expect(isPossible(events))
            let reads = events.indices.filter {
                if case .read? = events[$0].operations.values.first { true } else { false }
            }
            let place = try #require(reads.randomElement(using: &random))
            let item = try #require(events[place].operations.keys.first)
            let old = events[place]
            events[place] = HistoryEvent(old.start, old.end, old.operations.merging([item: .read(-5)]) { $1 })
            #expect(!isPossible(events))
        }
    }
}
