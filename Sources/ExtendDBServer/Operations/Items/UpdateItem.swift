import DynamoExpressions
package import DynamoModel
import ExtendDBLayout

extension ItemOperations {
    package func updateItem(
        _ request: UpdateItemRequest, _ context: RequestContext
    ) async throws(WireError) -> [UInt8] {
        let (update, condition) = try request.updateAndCondition()
        let table = try await table(request.tableName, context)
        let key = try table.physical.key(exactly: request.key)
        if let update { try table.refuseKeys(in: update) }
        let written = try await write(
            table, key, condition: condition,
            returnsItem: request.returnValuesOnConditionCheckFailure == .allOld
        ) { (old) throws(WireError) -> (ItemRow?, UpdateResult?) in
            let result = try update?.apply(to: old ?? request.key)
            // An update makes the item if there is none, even one that says nothing, but not one that only takes away.
            if old == nil, let update, update.onlyRemoves { return (nil, nil) }
            return (try table.row(updated: result?.item ?? old ?? request.key, key), result)
        }
        var response = WriteResponse()
        response.attributes =
            switch request.returnValues {
            case .none: nil
            case .allOld: written.write.old
            case .allNew: written.write.new?.item
            case .updatedOld: written.write.old == nil ? nil : written.extra?.updatedOld
            case .updatedNew: written.extra?.updatedNew
            }
        response.consume(request.returnConsumedCapacity, written.write, table)
        if request.returnItemCollectionMetrics == .size {
            response.collection = try await database.itemCollection(table, of: request.key)
        }
        return response.json()
    }
}

extension ItemTable {
    /// An update may not write to the key.
    func refuseKeys(in update: UpdateExpression) throws(WireError) {
        for path in update.paths where keySchema.contains(path.root) {
            throw .invalidParameter("Cannot update attribute \(path.root). This attribute is part of the key")
        }
    }
}

extension UpdateExpression {
    /// Whether all that the update does is to remove attributes or elements of sets. ("If no item with the specified
    /// key is found: DELETE causes nothing to happen", API reference of the legacy `AttributeUpdates`; expressions do
    /// the same.)
    var onlyRemoves: Bool {
        !actions.isEmpty
            && actions.allSatisfy { action in
                switch action {
                case .remove, .delete: true
                case .set, .add: false
                }
            }
    }
}
