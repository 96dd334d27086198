package import DynamoModel

/// What an update made of an item.
package struct UpdateResult: Hashable, Sendable {
    /// The item after the update.
    package let item: Item

    private let original: Item
    /// The item after assignments, before list elements were removed and those behind them moved up.
    private let assigned: Item
    /// All paths of the update.
    private let touched: [DocumentPath]
    /// Those that got a value.
    private let written: [DocumentPath]

    init(item: Item, original: Item, assigned: Item, touched: [DocumentPath], written: [DocumentPath]) {
        self.item = item
        self.original = original
        self.assigned = assigned
        self.touched = touched
        self.written = written
    }

    /// What the update touched, as it was: `ReturnValues` `UPDATED_OLD`. Of a nested path only the touched value
    /// comes, within the maps and lists around it; what did not exist does not come at all.
    package var updatedOld: Item { PathSelection(touched).select(from: original) }

    /// What the update touched, as it is now: `ReturnValues` `UPDATED_NEW`. What was removed does not come, and
    /// neither does an element that was appended under an index beyond the end of its list (as the service answers).
    package var updatedNew: Item { PathSelection(written).select(from: assigned) }
}
