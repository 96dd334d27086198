/// PutItem.
package struct PutItemRequest: Sendable {
    /// A name, or the table's ARN.
    package var tableName: String
    package var item: Item
    package var conditionExpression: String?
    package var expressionAttributeNames: [String: String]?
    package var expressionAttributeValues: [String: AttributeValue]?
    /// `NONE` or `ALL_OLD`.
    package var returnValues: ReturnValues
    package var returnConsumedCapacity: ReturnConsumedCapacity
    package var returnItemCollectionMetrics: ReturnItemCollectionMetrics
    package var returnValuesOnConditionCheckFailure: ReturnValuesOnConditionCheckFailure
    package var expected: [Text: LegacyCondition]?
    package var conditionalOperator: ConditionalOperator?

    package init(json: JSONValue) throws(WireError) {
        var reader = try RequestReader(json, "PutItemInput", wording: .singleOrEnumerations)
        tableName = try reader.itemTableName()
        reader.require("Item")
        let options = try WriteOptions(&reader)
        try reader.finish()
        let expressions = try WireError.enveloping { () throws(WireError) in
            try ExpressionParameters(
                reader, expressions: ["ConditionExpression"], legacy: ["Expected", "ConditionalOperator"])
        }
        item = try reader.writtenItem("Item")
        try options.refuseUpdatedValues()
        guard itemSize(item) <= Limits.itemSize else { throw .itemTooLarge }
        conditionExpression = try reader.string("ConditionExpression")
        expressionAttributeNames = expressions.names
        expressionAttributeValues = expressions.values
        returnValues = options.returnValues
        returnConsumedCapacity = options.returnConsumedCapacity
        returnItemCollectionMetrics = options.returnItemCollectionMetrics
        returnValuesOnConditionCheckFailure = options.returnValuesOnConditionCheckFailure
        (expected, conditionalOperator) = try options.conditions()
    }
}

/// DeleteItem.
package struct DeleteItemRequest: Sendable {
    /// A name, or the table's ARN.
    package var tableName: String
    package var key: Item
    package var conditionExpression: String?
    package var expressionAttributeNames: [String: String]?
    package var expressionAttributeValues: [String: AttributeValue]?
    /// `NONE` or `ALL_OLD`.
    package var returnValues: ReturnValues
    package var returnConsumedCapacity: ReturnConsumedCapacity
    package var returnItemCollectionMetrics: ReturnItemCollectionMetrics
    package var returnValuesOnConditionCheckFailure: ReturnValuesOnConditionCheckFailure
    package var expected: [Text: LegacyCondition]?
    package var conditionalOperator: ConditionalOperator?

    package init(json: JSONValue) throws(WireError) {
        var reader = try RequestReader(json, "DeleteItemInput", wording: .singleOrEnumerations)
        tableName = try reader.itemTableName()
        reader.require("Key")
        let options = try WriteOptions(&reader)
        try reader.finish()
        let expressions = try WireError.enveloping { () throws(WireError) in
            try ExpressionParameters(
                reader, expressions: ["ConditionExpression"], legacy: ["Expected", "ConditionalOperator"])
        }
        key = try reader.writtenItem("Key")
        try options.refuseUpdatedValues()
        conditionExpression = try reader.string("ConditionExpression")
        expressionAttributeNames = expressions.names
        expressionAttributeValues = expressions.values
        returnValues = options.returnValues
        returnConsumedCapacity = options.returnConsumedCapacity
        returnItemCollectionMetrics = options.returnItemCollectionMetrics
        returnValuesOnConditionCheckFailure = options.returnValuesOnConditionCheckFailure
        (expected, conditionalOperator) = try options.conditions()
    }
}

/// UpdateItem.
package struct UpdateItemRequest: Sendable {
    /// A name, or the table's ARN.
    package var tableName: String
    package var key: Item
    package var updateExpression: String?
    package var conditionExpression: String?
    package var expressionAttributeNames: [String: String]?
    package var expressionAttributeValues: [String: AttributeValue]?
    package var returnValues: ReturnValues
    package var returnConsumedCapacity: ReturnConsumedCapacity
    package var returnItemCollectionMetrics: ReturnItemCollectionMetrics
    package var returnValuesOnConditionCheckFailure: ReturnValuesOnConditionCheckFailure
    package var attributeUpdates: [Text: AttributeUpdate]?
    package var expected: [Text: LegacyCondition]?
    package var conditionalOperator: ConditionalOperator?

    package init(json: JSONValue) throws(WireError) {
        var reader = try RequestReader(json, "UpdateItemInput", wording: .single)
        tableName = try reader.itemTableName()
        reader.require("Key")
        let options = try WriteOptions(&reader)
        let updates = try AttributeUpdatesReader(&reader)
        try reader.finish()
        let expressions = try WireError.enveloping { () throws(WireError) in
            try ExpressionParameters(
                reader, expressions: ["UpdateExpression", "ConditionExpression"],
                legacy: ["AttributeUpdates", "Expected", "ConditionalOperator"])
        }
        key = try reader.writtenItem("Key")
        attributeUpdates = try updates.map { updates throws(WireError) in
            try WireError.enveloping(where: \.isAboutParameterValues, updates.updates)
        }
        updateExpression = try reader.string("UpdateExpression")
        conditionExpression = try reader.string("ConditionExpression")
        expressionAttributeNames = expressions.names
        expressionAttributeValues = expressions.values
        returnValues = options.returnValues
        returnConsumedCapacity = options.returnConsumedCapacity
        returnItemCollectionMetrics = options.returnItemCollectionMetrics
        returnValuesOnConditionCheckFailure = options.returnValuesOnConditionCheckFailure
        (expected, conditionalOperator) = try options.conditions()
    }
}

/// The members that the writes of single items share.
private struct WriteOptions {
    let returnValues: ReturnValues
    let returnConsumedCapacity: ReturnConsumedCapacity
    let returnItemCollectionMetrics: ReturnItemCollectionMetrics
    let returnValuesOnConditionCheckFailure: ReturnValuesOnConditionCheckFailure
    let conditionalOperator: ConditionalOperator?
    private let expected: LegacyReader?

    init(_ reader: inout RequestReader) throws(WireError) {
        returnValues = try reader.enumeration("ReturnValues") ?? .none
        returnConsumedCapacity = try reader.enumeration("ReturnConsumedCapacity") ?? .none
        returnItemCollectionMetrics = try reader.enumeration("ReturnItemCollectionMetrics") ?? .none
        returnValuesOnConditionCheckFailure =
            try reader.enumeration("ReturnValuesOnConditionCheckFailure") ?? .none
        conditionalOperator = try reader.enumeration("ConditionalOperator")
        expected = try LegacyReader("Expected", &reader)
    }

    func refuseUpdatedValues() throws(WireError) {
        guard returnValues == .none || returnValues == .allOld else {
            throw .validation("ReturnValues can only be ALL_OLD or NONE").enveloped()
        }
    }

    func conditions() throws(WireError) -> ([Text: LegacyCondition]?, ConditionalOperator?) {
        try WireError.enveloping { () throws(WireError) in
            let conditions = try expected?.conditions()
            try LegacyReader.check(conditionalOperator, over: conditions?.count)
            return (conditions, conditionalOperator)
        }
    }
}

extension RequestReader {
    /// The item or key of a write of a single item.
    fileprivate func writtenItem(_ name: String) throws(WireError) -> Item {
        try WireError.enveloping(where: \.isAboutParameterValues) { () throws(WireError) in
            try Item(json: value(name) ?? .object([]))
        }
    }
}

extension WireError {
    package static let itemTooLarge = WireError.validation("Item size has exceeded the maximum allowed size")
}
