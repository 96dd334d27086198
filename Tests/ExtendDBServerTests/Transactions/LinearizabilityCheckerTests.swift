import Testing

/// The checker on histories whose verdict is known.
@Suite struct LinearizabilityCheckerTests {
    private func event(_ start: Int, _ end: Int, _ operation: RegisterOperation) -> HistoryEvent {
        HistoryEvent(start: start, end: end, operation: operation)
    }

    @Test func `one after another`() {
        #expect(LinearizabilityChecker.isLinearizable([]))
        let good = [
            event(1, 2, .read(nil)), event(3, 4, .write(5)), event(5, 6, .increment(result: 6)),
            event(7, 8, .exchange(expected: 5, new: 0, succeeded: false)),
            event(9, 10, .exchange(expected: 6, new: 9, succeeded: true)), event(11, 12, .read(9)),
            event(13, 14, .delete), event(15, 16, .increment(result: 1)),
        ]
        #expect(LinearizabilityChecker.isLinearizable(good))
        #expect(LinearizabilityChecker.isLinearizable(good.reversed()))
        #expect(!LinearizabilityChecker.isLinearizable(good + [event(17, 18, .read(9))]))
    }

    @Test func `at the same time`() {
        // A read beside a write sees either; two of them in a row do not go back.
        let write = event(1, 10, .write(5))
        #expect(LinearizabilityChecker.isLinearizable([write, event(2, 3, .read(nil)), event(4, 5, .read(5))]))
        #expect(!LinearizabilityChecker.isLinearizable([write, event(2, 3, .read(5)), event(4, 5, .read(nil))]))
    }

    @Test func `a lost update`() {
        #expect(
            !LinearizabilityChecker.isLinearizable([
                event(1, 4, .increment(result: 1)), event(2, 3, .increment(result: 1)),
            ]))
        #expect(
            !LinearizabilityChecker.isLinearizable([
                event(1, 4, .exchange(expected: nil, new: 1, succeeded: true)),
                event(2, 3, .exchange(expected: nil, new: 2, succeeded: true)),
            ]))
    }

    @Test func `a stale read`() {
        #expect(
            !LinearizabilityChecker.isLinearizable([
                event(1, 2, .write(1)), event(3, 4, .write(2)), event(5, 6, .read(1)),
            ]))
    }
}
