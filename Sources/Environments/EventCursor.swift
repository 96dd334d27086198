/// A place in the stream of all events, which is ordered by the transaction that recorded an event and then by the
/// event's id. For clients an opaque text: they hand back what they were given.
///
/// The id alone is no order to follow by: it is drawn when a line is written, and a transaction that began early can
/// commit after one that drew a higher id.
package struct EventCursor: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// PostgreSQL's full transaction id.
    package var transaction: Int64
    package var id: Int64

    package init(transaction: Int64, id: Int64) {
        self.transaction = transaction
        self.id = id
    }

    /// Before every event.
    package static let start = EventCursor(transaction: 0, id: 0)

    /// From its text.
    package init(_ text: String) throws(ControlError) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let transaction = Self.number(parts[0]), let id = Self.number(parts[1]) else {
            throw ControlError(
                .invalidRequest, subject: "after", "'\(text.prefix(64))' is not a place in the stream of events",
                hint: "hand back a cursor that the API gave, or 0-0 for the beginning")
        }
        self.init(transaction: transaction, id: id)
    }

    package var description: String { "\(transaction)-\(id)" }

    package static func < (a: EventCursor, b: EventCursor) -> Bool {
        (a.transaction, a.id) < (b.transaction, b.id)
    }

    private static func number(_ text: Substring) -> Int64? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int64(text)
    }
}
