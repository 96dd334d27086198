import DynamoModel
import ExtendDBLayout
import Synchronization

/// What a request changed that makes work for later. Whoever writes an item notes it while the write is prepared; it
/// counts once the request has ended, when the change is committed.
package final class TimedChanges: Sendable {
    /// Unix seconds.
    private let due = Mutex<Double?>(nil)

    package init() {}

    /// The earliest moment that was noted.
    var earliest: Double? { due.withLock { $0 } }

    /// There will be something to do at this time.
    func note(_ time: Double) {
        due.withLock { $0 = min($0 ?? time, time) }
    }
}

extension ItemTable {
    /// Notes when an item that is about to be stored expires. Numbers alone count, and none from long ago
    /// (`ExpiryStatements.oldest`).
    func noteExpiry(of item: Item) {
        guard let attribute = record.ttlAttribute, case .number(let number)? = item[Text(attribute)],
            let time = Double(number.description), time > now - Double(ExpiryStatements.oldest)
        else { return }
        changes?.note(time)
    }
}
