/// BatchGetItem.
package struct BatchGetItemRequest: Sendable {
    /// The keys of one table, and how to read them.
    package struct KeysAndAttributes: Sendable {
        /// A name, or the table's ARN; the response repeats it.
        package var tableName: String
        package var keys: [Item]
        package var consistentRead: Bool
        package var projectionExpression: String?
        package var expressionAttributeNames: [String: String]?
        package var attributesToGet: [Text]?
    }

    /// In the order of the request.
    package var requestItems: [KeysAndAttributes]
    package var returnConsumedCapacity: ReturnConsumedCapacity

    package init(json: JSONValue) throws(WireError) {
        var reader = try RequestReader(json, "BatchGetItemInput")
        returnConsumedCapacity = try reader.enumeration("ReturnConsumedCapacity") ?? .none
        let tables = try reader.batchTables(of: "KeysAndAttributes")
        var readers: [(name: String, reader: RequestReader, attributes: AttributesToGet)] = []
        for table in tables {
            var nested = try RequestReader(
                table.value, "KeysAndAttributes", path: "requestItems.\(table.name).member.")
            nested.require("Keys")
            if let keys = try nested.list("Keys") {
                let shown = keys.isEmpty ? "[]" : "[\(keys.count) keys]"
                nested.checkLength(keys.count, 1...Limits.batchGetKeys, of: shown, at: "Keys")
            }
            let attributes = try AttributesToGet(&nested)
            reader.merge(nested)
            readers.append((table.name, nested, attributes))
        }
        try reader.finish()
        requestItems = []
        for (name, reader, attributes) in readers {
            let expressions = try ExpressionParameters(
                reader, expressions: ["ProjectionExpression"], legacy: ["AttributesToGet"], takesValues: false)
            var keys: [Item] = []
            for key in try reader.list("Keys") ?? [] { keys.append(try Item(json: key)) }
            requestItems.append(
                KeysAndAttributes(
                    tableName: name, keys: keys, consistentRead: try reader.bool("ConsistentRead") ?? false,
                    projectionExpression: try reader.string("ProjectionExpression"),
                    expressionAttributeNames: expressions.names, attributesToGet: try attributes.names()))
        }
        guard requestItems.map(\.keys.count).reduce(0, +) <= Limits.batchGetKeys else {
            throw .validation("Too many items requested for the BatchGetItem call")
        }
    }
}

/// BatchWriteItem.
package struct BatchWriteItemRequest: Sendable {
    package enum Write: Sendable, Hashable {
        case put(Item)
        case delete(key: Item)
    }

    package struct TableWrites: Sendable {
        /// A name, or the table's ARN.
        package var tableName: String
        package var writes: [Write]
    }

    /// In the order of the request.
    package var requestItems: [TableWrites]
    package var returnConsumedCapacity: ReturnConsumedCapacity
    package var returnItemCollectionMetrics: ReturnItemCollectionMetrics

    package init(json: JSONValue) throws(WireError) {
        var reader = try RequestReader(json, "BatchWriteItemInput")
        returnConsumedCapacity = try reader.enumeration("ReturnConsumedCapacity") ?? .none
        returnItemCollectionMetrics = try reader.enumeration("ReturnItemCollectionMetrics") ?? .none
        let tables = try reader.batchTables(of: "WriteRequest")
        for table in tables {
            let count = try WireType.list(table.value).count
            guard !(1...Limits.batchWriteRequests).contains(count) else { continue }
            reader.fail(
                "{\(table.name)=[\(count == 0 ? "" : "\(count) requests")]}", at: "RequestItems",
                "Map value must satisfy constraint: [Member must have length less than or equal to "
                    + "\(Limits.batchWriteRequests), Member must have length greater than or equal to 1]")
        }
        try reader.finish()
        requestItems = []
        for table in tables {
            var writes: [Write] = []
            for element in try WireType.list(table.value) {
                writes.append(try BatchWriteItemRequest.write(RequestReader(element, "WriteRequest")))
            }
            requestItems.append(TableWrites(tableName: table.name, writes: writes))
        }
        guard requestItems.map(\.writes.count).reduce(0, +) <= Limits.batchWriteRequests else {
            throw .validation("Too many items requested for the BatchWriteItem call")
        }
    }

    private static func write(_ reader: RequestReader) throws(WireError) -> Write {
        let put = try reader.structure("PutRequest", "PutRequest")
        let delete = try reader.structure("DeleteRequest", "DeleteRequest")
        switch (put, delete) {
        case (nil, nil):
            throw .validation(
                "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")
        case (_?, _?):
            throw .validation(
                "Supplied AttributeValue has more than one datatypes set, "
                    + "must contain exactly one of the supported datatypes")
        case (var put?, nil):
            put.require("Item")
            try put.finish()
            let item = try Item(json: put.value("Item") ?? .object([]))
            guard itemSize(item) <= Limits.itemSize else { throw .itemTooLarge }
            return .put(item)
        case (nil, var delete?):
            delete.require("Key")
            try delete.finish()
            return .delete(key: try Item(json: delete.value("Key") ?? .object([])))
        }
    }
}

extension RequestReader {
    /// The tables of `RequestItems`: at least one, each named properly.
    fileprivate mutating func batchTables(of structure: String) throws(WireError) -> [JSONMember] {
        require("RequestItems")
        let name =
            structure == "WriteRequest"
            ? "java.util.List<com.amazonaws.dynamodb.v20120810.WriteRequest>"
            : "com.amazonaws.dynamodb.v20120810.\(structure)"
        guard let tables = try map("RequestItems", of: name) else { return [] }
        if tables.isEmpty {
            fail("{}", at: "RequestItems", "Member must have length greater than or equal to 1")
        }
        for table in tables where !ResourceName.isTableARN(table.name) && !ResourceName.isValidTableName(table.name) {
            fail(
                "{\(table.name)=…}", at: "RequestItems",
                "Map keys must satisfy constraint: [Member must have length less than or equal to 255, "
                    + "Member must have length greater than or equal to 3, "
                    + "Member must satisfy regular expression pattern: \(ResourceName.pattern)]")
        }
        return tables
    }
}
