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
        var reader = try RequestReader(json, "BatchGetItemInput", wording: .single)
        returnConsumedCapacity = try reader.enumeration("ReturnConsumedCapacity") ?? .none
        let tables = try reader.batchTables(of: "KeysAndAttributes")
        var readers: [(name: String, reader: RequestReader, attributes: AttributesToGet)] = []
        for table in tables {
            var nested = try RequestReader(
                table.value, "KeysAndAttributes", path: "RequestItems.\(table.name).member.", wording: .single)
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
        try BatchGetItemRequest.refuseMixing(readers.map(\.reader))
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
            // Known before the table is: the same attributes are the same key, whatever its schema.
            guard Set(keys).count == keys.count else { throw .duplicateKeys }
        }
        guard requestItems.map(\.keys.count).reduce(0, +) <= Limits.batchGetKeys else {
            throw .validation("Too many items requested for the BatchGetItem call")
        }
    }

    /// The older way of choosing attributes beside the newer one is refused in the whole request, even where each
    /// table has only one of them.
    private static func refuseMixing(_ tables: [RequestReader]) throws(WireError) {
        guard tables.contains(where: { $0.has("ProjectionExpression") }),
            tables.contains(where: { $0.has("AttributesToGet") })
        else { return }
        throw ExpressionParameters.mixingError(old: ["AttributesToGet"], expressions: ["ProjectionExpression"])
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
        var requests: [[WriteRequest]] = []
        for table in tables {
            let elements = try WireType.list(table.value)
            let count = elements.count
            var writes: [WriteRequest] = []
            for (index, element) in elements.enumerated() {
                let write = try WriteRequest(element, path: "requestItems.\(table.name).member.\(index + 1).member.")
                write.failed(into: &reader)
                writes.append(write)
            }
            requests.append(writes)
            guard !(1...Limits.batchWriteRequests).contains(count) else { continue }
            reader.fail(
                "{\(table.name)=[\(count == 0 ? "" : "\(count) requests")]}", at: "RequestItems",
                "Map value must satisfy constraint: [Member must have length less than or equal to "
                    + "\(Limits.batchWriteRequests), Member must have length greater than or equal to 1]")
        }
        try reader.finish()
        requestItems = []
        for (table, requests) in zip(tables, requests) {
            var writes: [Write] = []
            for request in requests { writes.append(try request.write()) }
            requestItems.append(TableWrites(tableName: table.name, writes: writes))
        }
        guard requestItems.map(\.writes.count).reduce(0, +) <= Limits.batchWriteRequests else {
            throw .validation("Too many items requested for the BatchWriteItem call")
        }
    }
}

/// One `WriteRequest`: its members are checked in the constraint stage, its values after it.
private struct WriteRequest {
    private let put: RequestReader?
    private let delete: RequestReader?

    /// - Parameter path: where it stands in the request, with its trailing dot.
    init(_ json: JSONValue, path: String) throws(WireError) {
        let reader = try RequestReader(json, "WriteRequest", path: path)
        var put = try reader.structure("PutRequest", "PutRequest")
        put?.require("Item")
        self.put = put
        var delete = try reader.structure("DeleteRequest", "DeleteRequest")
        delete?.require("Key")
        self.delete = delete
    }

    /// Hands over what breaks a constraint.
    func failed(into reader: inout RequestReader) {
        for nested in [put, delete] {
            if let nested { reader.merge(nested) }
        }
    }

    func write() throws(WireError) -> BatchWriteItemRequest.Write {
        switch (put, delete) {
        case (nil, nil): throw AttributeValue.noTypeError
        case (_?, _?): throw AttributeValue.severalTypesError
        case (let put?, nil):
            let item = try Item(json: put.value("Item") ?? .object([]))
            guard itemSize(item) <= Limits.itemSize else { throw .itemTooLarge }
            return .put(item)
        case (nil, let delete?):
            return .delete(key: try Item(json: delete.value("Key") ?? .object([])))
        }
    }
}

extension WireError {
    /// What both batches say of one key that comes twice.
    package static let duplicateKeys = WireError.validation("Provided list of item keys contains duplicates")
}

extension RequestReader {
    /// The tables of `RequestItems`: at least one, each named so that it can be looked for.
    fileprivate mutating func batchTables(of structure: String) throws(WireError) -> [JSONMember] {
        require("RequestItems")
        let name =
            structure == "WriteRequest"
            ? "java.util.List<com.amazonaws.dynamodb.v20120810.WriteRequest>"
            : "com.amazonaws.dynamodb.v20120810.\(structure)"
        guard let tables = try map("RequestItems", of: name) else { return [] }
        if tables.isEmpty {
            // Of the two batches only one has moved to the newer wording.
            guard structure == "WriteRequest" else {
                checkLength(0, 1...Limits.batchGetKeys, of: "{}", at: "RequestItems")
                return []
            }
            throw .validation("The requestItems parameter is required for BatchWriteItem")
        }
        for table in tables where !ResourceName.isTableARN(table.name) && !ResourceName.canBeLookedFor(table.name) {
            fail(
                "{\(table.name)=…}", at: "RequestItems",
                "Map keys must satisfy constraint: [Member must have length less than or equal to 255, "
                    + "Member must have length greater than or equal to 3, "
                    + "Member must satisfy regular expression pattern: \(ResourceName.pattern)]")
        }
        return tables
    }
}
