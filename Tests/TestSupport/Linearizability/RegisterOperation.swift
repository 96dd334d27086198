/// What a client did to one item, and what it was answered.
package enum RegisterOperation: Hashable, Sendable {
    /// Found the number, or no item.
    case read(Int?)
    /// Put the number, whatever was there.
    case write(Int)
    /// Deleted the item, whatever was there.
    case delete
    /// Added one; a missing item counts as zero. The sum, if it was told.
    case increment(result: Int?)
    /// Replaced `expected` by `new`, or was refused because something else was there; nil if nobody knows.
    case exchange(expected: Int?, new: Int, succeeded: Bool?)

    /// What the operation leaves of an item with this number.
    ///
    /// - Returns: `nil` if its answer is not the one that such an item gives.
    package func applied(to state: Int?) -> Int?? {
        switch self {
        case .read(let value): value == state ? .some(state) : .none
        case .write(let value): .some(value)
        case .delete: .some(nil)
        case .increment(let result):
            result ?? ((state ?? 0) + 1) == (state ?? 0) + 1 ? .some((state ?? 0) + 1) : .none
        case .exchange(let expected, let new, let succeeded):
            switch (expected == state, succeeded) {
            case (true, true), (true, nil): .some(new)
            case (false, false), (false, nil): .some(state)
            case (true, false), (false, true): .none
            }
        }
    }
}

/// What a client did at one moment, to one item or to several, with its place in time: ticks of a clock that all clients
/// share.
package struct HistoryEvent: Hashable, Sendable {
    package let start: Int
    /// Nil: no answer came. It may have happened at any time after its start, or never.
    package let end: Int?
    /// By item.
    package let operations: [Int: RegisterOperation]

    package init(_ start: Int, _ end: Int?, _ operations: [Int: RegisterOperation]) {
        self.start = start
        self.end = end
        self.operations = operations
    }
}
