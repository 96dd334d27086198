/// Whether a history could have happened one event after another, each at some moment between its start and its end, which for
/// events on one item is linearizability (Herlihy and Wing) and for transactions on several strict serialisability: by the
/// search of Wing and Gong with the memory of Lowe. An order is looked for depth first, and no set of events is tried twice with the
/// same state.
package struct LinearizabilityChecker {
    package enum Verdict: Sendable, Hashable {
        case possible
        case impossible
        /// The search became too large.
        case undecided
    }

    private struct Position: Hashable {
        /// A bit for each event.
        var done: [UInt64]
        var state: [Int: Int]
    }

    private let events: [HistoryEvent]
    private let answered: Int
    private let limit: Int
    private var visited = Set<Position>()

    private init(_ events: [HistoryEvent], limit: Int) {
        self.events = events.sorted { $0.start < $1.start }
        self.answered = events.count(where: { $0.end != nil })
        self.limit = limit
    }

    /// - Parameters:
    ///   - events: all of some items, which are missing at first.
    ///   - limit: how many positions are looked at.
    package static func verdict(_ events: [HistoryEvent], limit: Int = 2_000_000) -> Verdict {
        var checker = LinearizabilityChecker(events, limit: limit)
        let start = Position(done: Array(repeating: 0, count: events.count / 64 + 1), state: [:])
        if checker.search(start, left: checker.answered, from: 0) { return .possible }
        return checker.visited.count < limit ? .impossible : .undecided
    }

    /// - Parameters:
    ///   - left: how many answered events are not done.
    ///   - first: before it all events are done.
    private mutating func search(_ position: Position, left: Int, from first: Int) -> Bool {
        if left == 0 { return true }
        guard visited.count < limit, visited.insert(position).inserted else { return false }
        // Nothing that starts after another one has ended can come before it.
        var candidates: [Int] = []
        var earliest = Int.max
        var first = first
        for index in first..<events.count where events[index].start <= earliest {
            if position.done[index / 64] & (1 << (index % 64)) != 0 {
                if index == first { first += 1 }
                continue
            }
            candidates.append(index)
            earliest = min(earliest, events[index].end ?? .max)
        }
        // What ended first came first, most likely; what was never answered, last.
        candidates.sort { (events[$0].end ?? .max, $0) < (events[$1].end ?? .max, $1) }
        for index in candidates where events[index].start <= earliest {
            guard let state = Self.applied(events[index], to: position.state) else { continue }
            var next = Position(done: position.done, state: state)
            next.done[index / 64] |= 1 << (index % 64)
            if search(next, left: left - (events[index].end == nil ? 0 : 1), from: first) { return true }
        }
        return false
    }

    private static func applied(_ event: HistoryEvent, to state: [Int: Int]) -> [Int: Int]? {
        var state = state
        for (item, operation) in event.operations {
            guard let value = operation.applied(to: state[item]) else { return nil }
            state[item] = value
        }
        return state
    }
}
