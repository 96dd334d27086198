/// What a client did to one item, and what it was answered.
enum RegisterOperation: Hashable, Sendable {
    /// Found the number, or no item.
    case read(Int?)
    /// Put the number, whatever was there.
    case write(Int)
    /// Deleted the item, whatever was there.
    case delete
    /// Added one, and was told the sum; a missing item counts as zero.
    case increment(result: Int)
    /// Replaced `expected` by `new`, or was refused because something else was there.
    case exchange(expected: Int?, new: Int, succeeded: Bool)

    /// What the operation leaves of an item with this number.
    ///
    /// - Returns: `nil` if its answer is not the one that such an item gives.
    func applied(to state: Int?) -> Int?? {
        switch self {
        case .read(let value): value == state ? .some(state) : .none
        case .write(let value): .some(value)
        case .delete: .some(nil)
        case .increment(let result): result == (state ?? 0) + 1 ? .some(result) : .none
        case .exchange(let expected, let new, let succeeded):
            if succeeded { expected == state ? .some(new) : .none } else { expected == state ? .none : .some(state) }
        }
    }
}

/// One operation with its place in time: ticks of a clock that all clients share.
struct HistoryEvent: Hashable, Sendable {
    let start: Int
    let end: Int
    let operation: RegisterOperation
}

/// Whether a history could have happened one operation after another, each at some moment between its start and its end
/// (Herlihy and Wing, "Linearizability"), by the search of Wing and Gong with the memory of Lowe: an order is looked for
/// depth first, and no set of operations is tried twice with the same state.
struct LinearizabilityChecker {
    private struct Visited: Hashable {
        let done: Set<Int>
        let state: Int?
    }

    private let events: [HistoryEvent]
    private var visited = Set<Visited>()

    private init(_ events: [HistoryEvent]) {
        self.events = events.sorted { $0.start < $1.start }
    }

    /// - Parameter events: all of one item, which is missing at first.
    static func isLinearizable(_ events: [HistoryEvent]) -> Bool {
        var checker = LinearizabilityChecker(events)
        return checker.search([], nil)
    }

    private mutating func search(_ done: Set<Int>, _ state: Int?) -> Bool {
        if done.count == events.count { return true }
        guard visited.insert(Visited(done: done, state: state)).inserted else { return false }
        // Nothing that starts after another one has ended can come before it.
        let left = events.indices.filter { !done.contains($0) }
        let earliest = left.map { events[$0].end }.min() ?? 0
        for index in left where events[index].start <= earliest {
            if let next = events[index].operation.applied(to: state), search(done.union([index]), next) { return true }
        }
        return false
    }
}
