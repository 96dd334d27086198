import Environments
import Testing

@Suite struct EventCursorTests {
    @Test(arguments: [EventCursor.start, EventCursor(transaction: 7, id: 3), EventCursor(transaction: .max, id: .max)])
    func itsTextIsTheCursor(cursor: EventCursor) throws {
        #expect(try EventCursor(cursor.description) == cursor)
    }

    @Test(arguments: ["", "7", "7-", "-3", "7-3-1", "a-b", "7--3", "+7-3", "99999999999999999999-1", "7-3 ", "٧-3"])
    func anythingElseIsRefused(text: String) {
        let error = #expect(throws: ControlError.self) { try EventCursor(text) }
        #expect(error?.code == .invalidRequest)
    }

    @Test func theTransactionComesFirst() {
        #expect(EventCursor(transaction: 1, id: 9) < EventCursor(transaction: 2, id: 1))
        #expect(EventCursor(transaction: 2, id: 1) < EventCursor(transaction: 2, id: 2))
        #expect(EventCursor.start < EventCursor(transaction: 1, id: 0))
    }
}
