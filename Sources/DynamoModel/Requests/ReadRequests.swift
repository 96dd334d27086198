/// GetItem.
package struct GetItemRequest: Sendable {
    /// A name, or the table's ARN.
    package var tableName: String
    package var key: Item
    package var consistentRead: Bool
    package var projectionExpression: String?
    package var expressionAttributeNames: [String: String]?
    package var returnConsumedCapacity: ReturnConsumedCapacity
    package var attributesToGet: [Text]?

    package init(json: JSONValue) throws(WireError) {
        var reader = try RequestReader(json, "GetItemInput", wording: .single)
        tableName = try reader.itemTableName()
        reader.require("Key")
        returnConsumedCapacity = try reader.enumeration("ReturnConsumedCapacity") ?? .none
        consistentRead = try reader.bool("ConsistentRead") ?? false
        let attributes = try AttributesToGet(&reader)
        try reader.finish()
        let expressions = try ExpressionParameters(
            reader, expressions: ["ProjectionExpression"], legacy: ["AttributesToGet"], takesValues: false)
        key = try Item(json: reader.value("Key") ?? .object([]))
        projectionExpression = try reader.string("ProjectionExpression")
        expressionAttributeNames = expressions.names
        attributesToGet = try attributes.names()
    }
}

/// `AttributesToGet`: length in the constraint stage, duplicates after it.
struct AttributesToGet {
    private let list: [String]?

    init(_ reader: inout RequestReader) throws(WireError) {
        list = try reader.strings("AttributesToGet")
        if let list {
            reader.checkLength(
                list.count, 1...Int.max, of: "[\(list.joined(separator: ", "))]", at: "AttributesToGet")
        }
    }

    func names() throws(WireError) -> [Text]? {
        guard let list else { return nil }
        var seen = Set<Text>()
        for name in list where !seen.insert(Text(name)).inserted {
            throw .invalidParameter("Duplicate value in attribute name: \(name)")
        }
        return list.map { Text($0) }
    }
}

/// What Query and Scan have in common.
struct PageParameters {
    let tableName: String
    let indexName: String?
    let limit: Int?
    let select: Select?
    let consistentRead: Bool
    let returnConsumedCapacity: ReturnConsumedCapacity
    let conditionalOperator: ConditionalOperator?
    let attributesToGet: AttributesToGet

    init(_ reader: inout RequestReader) throws(WireError) {
        tableName = try reader.itemTableName()
        indexName = try reader.resourceName("IndexName", Limits.indexNameLength)
        limit = try reader.integer("Limit")
        reader.checkValue(limit, 1...Int.max, at: "Limit")
        select = try reader.enumeration("Select")
        consistentRead = try reader.bool("ConsistentRead") ?? false
        returnConsumedCapacity = try reader.enumeration("ReturnConsumedCapacity") ?? .none
        conditionalOperator = try reader.enumeration("ConditionalOperator")
        attributesToGet = try AttributesToGet(&reader)
    }

    /// The start key, or the first page's nil.
    static func startKey(_ reader: RequestReader) throws(WireError) -> Item? {
        guard let json = reader.value("ExclusiveStartKey") else { return nil }
        do throws(WireError) {
            return try Item(json: json)
        } catch {
            guard error.code == .validationException else { throw error }
            throw .validation("The provided starting key is invalid: \(error.message)")
        }
    }

    /// `Select` against the parameters that choose attributes.
    /// - Parameter isQuery: of the two operations Query reports what is wrong as a broken constraint, as measured.
    func checkSelect(_ reader: RequestReader, isQuery: Bool) throws(WireError) {
        guard let reason = selectFault(reader) else { return }
        let error = WireError.validation(reason)
        throw isQuery ? error.enveloped() : error
    }

    private func selectFault(_ reader: RequestReader) -> String? {
        let chooser = ["ProjectionExpression", "AttributesToGet"].first { reader.has($0) }
        switch (select, chooser) {
        case (.specificAttributes, nil):
            return
                "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES"
        case (.count, let chooser?):
            return "Cannot specify the \(chooser) when choosing to get only the Count"
        case (.allAttributes, let chooser?), (.allProjectedAttributes, let chooser?):
            return "Cannot specify the \(chooser) when choosing to get \(select?.rawValue ?? "")"
        case (.allProjectedAttributes, nil) where indexName == nil:
            return "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName"
        default: return nil
        }
    }
}

/// Query.
package struct QueryRequest: Sendable {
    /// A name, or the table's ARN.
    package var tableName: String
    package var indexName: String?
    package var keyConditionExpression: String?
    package var filterExpression: String?
    package var projectionExpression: String?
    package var expressionAttributeNames: [String: String]?
    package var expressionAttributeValues: [String: AttributeValue]?
    package var limit: Int?
    package var select: Select?
    package var scanIndexForward: Bool
    package var consistentRead: Bool
    package var exclusiveStartKey: Item?
    package var returnConsumedCapacity: ReturnConsumedCapacity
    package var keyConditions: [Text: LegacyCondition]?
    package var queryFilter: [Text: LegacyCondition]?
    package var conditionalOperator: ConditionalOperator?
    package var attributesToGet: [Text]?

    package init(json: JSONValue) throws(WireError) {
        var reader = try RequestReader(json, "QueryInput", wording: .single)
        let page = try PageParameters(&reader)
        scanIndexForward = try reader.bool("ScanIndexForward") ?? true
        let keyReader = try LegacyReader("KeyConditions", &reader)
        let filterReader = try LegacyReader("QueryFilter", &reader)
        try reader.finish()
        let expressions = try ExpressionParameters(
            reader, expressions: ["ProjectionExpression", "FilterExpression", "KeyConditionExpression"],
            legacy: ["AttributesToGet", "QueryFilter", "ConditionalOperator", "KeyConditions"])
        keyConditions = try keyReader?.conditions()
        queryFilter = try filterReader?.conditions()
        try LegacyReader.check(page.conditionalOperator, over: queryFilter?.count)
        exclusiveStartKey = try PageParameters.startKey(reader)
        attributesToGet = try page.attributesToGet.names()
        try page.checkSelect(reader, isQuery: true)
        keyConditionExpression = try reader.string("KeyConditionExpression")
        if keyConditions == nil, keyConditionExpression == nil {
            throw .validation(
                "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.")
        }
        // The key of an index may have more attributes, which is a matter of looking.
        if let count = keyConditions?.count, count == 0 || (count > 2 && page.indexName == nil) {
            throw .validation("Conditions can be of length 1 or 2 only")
        }
        filterExpression = try reader.string("FilterExpression")
        projectionExpression = try reader.string("ProjectionExpression")
        expressionAttributeNames = expressions.names
        expressionAttributeValues = expressions.values
        tableName = page.tableName
        indexName = page.indexName
        limit = page.limit
        select = page.select
        consistentRead = page.consistentRead
        returnConsumedCapacity = page.returnConsumedCapacity
        conditionalOperator = page.conditionalOperator
    }
}

/// Scan.
package struct ScanRequest: Sendable {
    /// A name, or the table's ARN.
    package var tableName: String
    package var indexName: String?
    package var filterExpression: String?
    package var projectionExpression: String?
    package var expressionAttributeNames: [String: String]?
    package var expressionAttributeValues: [String: AttributeValue]?
    package var limit: Int?
    package var select: Select?
    package var consistentRead: Bool
    package var exclusiveStartKey: Item?
    package var returnConsumedCapacity: ReturnConsumedCapacity
    /// Both or neither.
    package var segment: Int?
    package var totalSegments: Int?
    package var scanFilter: [Text: LegacyCondition]?
    package var conditionalOperator: ConditionalOperator?
    package var attributesToGet: [Text]?

    package init(json: JSONValue) throws(WireError) {
        var reader = try RequestReader(json, "ScanInput")
        let page = try PageParameters(&reader)
        let filterReader = try LegacyReader("ScanFilter", &reader)
        segment = try reader.integer("Segment")
        reader.checkValue(segment, 0...(Limits.totalSegments - 1), at: "Segment")
        totalSegments = try reader.integer("TotalSegments")
        reader.checkValue(totalSegments, 1...Limits.totalSegments, at: "TotalSegments")
        try reader.finish()
        let expressions = try ExpressionParameters(
            reader, expressions: ["ProjectionExpression", "FilterExpression"],
            legacy: ["AttributesToGet", "ScanFilter", "ConditionalOperator"], sized: ["FilterExpression"])
        scanFilter = try filterReader?.conditions()
        try LegacyReader.check(page.conditionalOperator, over: scanFilter?.count)
        exclusiveStartKey = try PageParameters.startKey(reader)
        attributesToGet = try page.attributesToGet.names()
        try page.checkSelect(reader, isQuery: false)
        filterExpression = try reader.string("FilterExpression")
        projectionExpression = try reader.string("ProjectionExpression")
        expressionAttributeNames = expressions.names
        expressionAttributeValues = expressions.values
        tableName = page.tableName
        indexName = page.indexName
        limit = page.limit
        select = page.select
        consistentRead = page.consistentRead
        returnConsumedCapacity = page.returnConsumedCapacity
        conditionalOperator = page.conditionalOperator
        try ScanRequest.checkSegments(segment, totalSegments)
    }

    private static func checkSegments(_ segment: Int?, _ total: Int?) throws(WireError) {
        switch (segment, total) {
        case (nil, nil): break
        case (_?, nil):
            throw .validation(
                "The TotalSegments parameter is required but was not present in the request "
                    + "when Segment parameter is present")
        case (nil, _?):
            throw .validation(
                "The Segment parameter is required but was not present in the request "
                    + "when parameter TotalSegments is present")
        case (let segment?, let total?):
            guard segment < total else {
                throw .validation(
                    "The Segment parameter is zero-based and must be less than parameter TotalSegments: "
                        + "Segment: \(segment) is not less than TotalSegments: \(total)")
            }
        }
    }
}
