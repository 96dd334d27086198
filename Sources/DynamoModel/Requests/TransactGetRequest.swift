/// TransactGetItems.
package struct TransactGetItemsRequest: Sendable {
    /// One element of `TransactItems`.
    package struct Get: Sendable {
        /// A name, or the table's ARN.
        package var tableName: String
        package var key: Item
        package var projectionExpression: String?
        package var expressionAttributeNames: [String: String]?
    }

    /// In the order of the request, which is that of the responses.
    package var gets: [Get]
    package var returnConsumedCapacity: ReturnConsumedCapacity

    package init(json: JSONValue) throws(WireError) {
        var reader = try RequestReader(json, "TransactGetItemsInput")
        returnConsumedCapacity = try reader.enumeration("ReturnConsumedCapacity") ?? .none
        var readers: [(tableName: String, reader: RequestReader)] = []
        for (position, element) in try reader.transactItems().enumerated() {
            var outer = try RequestReader(
                element, "TransactGetItem", path: "transactItems.\(position + 1).member.")
            outer.require("Get")
            reader.merge(outer)
            guard var get = try outer.structure("Get", "Get") else { continue }
            get.require("Key")
            let tableName = try get.nestedTableName()
            reader.merge(get)
            readers.append((tableName, get))
        }
        try reader.finish()
        gets = []
        for (tableName, reader) in readers {
            let expressions = try ExpressionParameters(
                reader, expressions: ["ProjectionExpression"], legacy: [], takesValues: false)
            gets.append(
                Get(
                    tableName: tableName, key: try Item(json: reader.value("Key") ?? .object([])),
                    projectionExpression: try reader.string("ProjectionExpression"),
                    expressionAttributeNames: expressions.names))
        }
    }
}
