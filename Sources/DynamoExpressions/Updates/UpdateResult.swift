package import DynamoModel

/// What an update made of an item.
package struct UpdateResult: Hashable, Sendable {
    /// The item after the update.
    package let item: Item

    private let original: Item
    /// The item after assignments, before list elements were removed and those behind them moved up.
    private let assigned: Item
    private let actions: [UpdateAction]

    init(item: Item, original: Item, assigned: Item, actions: [UpdateAction]) {
        self.item = item
        self.original = original
        self.assigned = assigned
        self.actions = actions
    }

    /// What the update touched, as it was: `ReturnValues` `UPDATED_OLD`. Of a nested path only the touched value
    /// comes, within the maps and lists around it; what did not exist does not come at all.
    package var updatedOld: Item {
        PathSelection(actions.map(\.path)).select(from: original)
    }

    /// What the update touched, as it is now: `ReturnValues` `UPDATED_NEW`. What was removed does not come, and
    /// neither does an element that was appended under an index beyond the end of its list.
    package var updatedNew: Item {
        let paths = actions.compactMap { action in
            if case .remove = action { nil } else { action.path }
        }
        return PathSelection(paths).select(from: assigned)
    }
}
