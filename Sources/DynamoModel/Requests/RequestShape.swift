/// The JSON types of a request's members, as far as the service's model knows them.
///
/// The service reads the whole request before it validates any of it, so a wrong JSON type anywhere comes before
/// whatever else is wrong. The requests of this module read and validate member by member, which is faster; only when
/// one of them refuses is this table asked whether the service would have stopped earlier.
package indirect enum RequestShape: Sendable {
    case string, bool, integer, long, blob, attributeValue
    case list(RequestShape)
    /// With the Java class of the values, as messages have it.
    case map(RequestShape, of: String)
    case structure(String, [String: RequestShape])

    /// What the service answers to a request that was refused for `error`.
    package static func precedence(
        _ operation: Operation, _ json: JSONValue, over error: WireError
    ) -> WireError {
        guard error.code == .validationException, let shape = shape(of: operation) else { return error }
        do throws(WireError) {
            try shape.check(json)
            return error
        } catch {
            return error
        }
    }

    /// - Throws: the `SerializationException` for the first member, in the order of the text, of a wrong type.
    func check(_ json: JSONValue) throws(WireError) {
        switch self {
        case .string: _ = try WireType.string(json)
        case .bool: _ = try WireType.bool(json)
        case .integer: _ = try WireType.integer(json)
        case .long: _ = try WireType.integer(json, type: "Long")
        case .blob: _ = try WireType.blob(json)
        case .list(let element):
            for value in try WireType.list(json) { try element.check(value) }
        case .map(let value, let name):
            for member in try WireType.map(json, of: name) where member.value != .null {
                try value.check(member.value)
            }
        case .structure(let name, let members):
            try RequestShape.check(WireType.structure(json, named: name), members)
        case .attributeValue:
            try RequestShape.check(
                WireType.structure(json, named: "AttributeValue"), RequestShape.attributeValueMembers)
        }
    }

    private static func check(_ json: JSONValue, _ shapes: [String: RequestShape]) throws(WireError) {
        guard case .object(let members) = json else { return }
        for member in members where member.value != .null {
            if let shape = shapes[member.name] { try shape.check(member.value) }
        }
    }
}

// MARK: - The service's model

extension RequestShape {
    private static let attributeValueMembers: [String: RequestShape] = [
        "S": .string, "N": .string, "B": .blob, "BOOL": .bool, "NULL": .bool, "L": .list(.attributeValue),
        "M": item, "SS": .list(.string), "NS": .list(.string), "BS": .list(.blob),
    ]

    private static let item = RequestShape.map(.attributeValue, of: WireType.attributeValueName)
    private static let names = RequestShape.map(.string, of: "java.lang.String")

    private static func map(of structure: String, _ members: [String: RequestShape]) -> RequestShape {
        .map(.structure(structure, members), of: "com.amazonaws.dynamodb.v20120810.\(structure)")
    }

    private static let conditions = map(
        of: "Condition", ["ComparisonOperator": .string, "AttributeValueList": .list(.attributeValue)])

    private static let write: [String: RequestShape] = [
        "TableName": .string, "Item": item, "Key": item, "ConditionExpression": .string, "UpdateExpression": .string,
        "ExpressionAttributeNames": names, "ExpressionAttributeValues": item, "ReturnValues": .string,
        "ReturnConsumedCapacity": .string, "ReturnItemCollectionMetrics": .string, "ConditionalOperator": .string,
        "ReturnValuesOnConditionCheckFailure": .string,
        "Expected": map(
            of: "ExpectedAttributeValue",
            [
                "Value": .attributeValue, "Exists": .bool, "ComparisonOperator": .string,
                "AttributeValueList": .list(.attributeValue),
            ]),
        "AttributeUpdates": map(of: "AttributeValueUpdate", ["Value": .attributeValue, "Action": .string]),
    ]

    private static let read: [String: RequestShape] = [
        "TableName": .string, "IndexName": .string, "Key": item, "AttributesToGet": .list(.string),
        "ConsistentRead": .bool, "ReturnConsumedCapacity": .string, "ProjectionExpression": .string,
        "FilterExpression": .string, "KeyConditionExpression": .string, "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": item, "Limit": .integer, "Select": .string, "ScanIndexForward": .bool,
        "ExclusiveStartKey": item, "ConditionalOperator": .string, "KeyConditions": conditions,
        "QueryFilter": conditions, "ScanFilter": conditions, "Segment": .integer, "TotalSegments": .integer,
    ]

    private static let batchGet: [String: RequestShape] = [
        "RequestItems": map(
            of: "KeysAndAttributes",
            [
                "Keys": .list(item), "AttributesToGet": .list(.string), "ConsistentRead": .bool,
                "ProjectionExpression": .string, "ExpressionAttributeNames": names,
            ]),
        "ReturnConsumedCapacity": .string,
    ]

    private static let batchWrite: [String: RequestShape] = [
        "RequestItems": .map(
            .list(
                .structure(
                    "WriteRequest",
                    [
                        "PutRequest": .structure("PutRequest", ["Item": item]),
                        "DeleteRequest": .structure("DeleteRequest", ["Key": item]),
                    ])),
            of: "java.util.List<com.amazonaws.dynamodb.v20120810.WriteRequest>"),
        "ReturnConsumedCapacity": .string, "ReturnItemCollectionMetrics": .string,
    ]

    private static let statement: [String: RequestShape] = [
        "Statement": .string, "Parameters": .list(.attributeValue), "ConsistentRead": .bool,
        "ReturnValuesOnConditionCheckFailure": .string,
    ]

    private static let executeStatement = statement.merging(
        ["NextToken": .string, "ReturnConsumedCapacity": .string, "Limit": .integer], uniquingKeysWith: { $1 })

    private static let batchExecuteStatement: [String: RequestShape] = [
        "Statements": .list(.structure("BatchStatementRequest", statement)), "ReturnConsumedCapacity": .string,
    ]

    private static let transactWrite: [String: RequestShape] = [
        "TransactItems": .list(
            .structure(
                "TransactWriteItem",
                [
                    "ConditionCheck": .structure("ConditionCheck", write), "Put": .structure("Put", write),
                    "Delete": .structure("Delete", write), "Update": .structure("Update", write),
                ])),
        "ClientRequestToken": .string, "ReturnConsumedCapacity": .string, "ReturnItemCollectionMetrics": .string,
    ]

    private static let transactGet: [String: RequestShape] = [
        "TransactItems": .list(.structure("TransactGetItem", ["Get": .structure("Get", read)])),
        "ReturnConsumedCapacity": .string,
    ]

    private static let executeTransaction: [String: RequestShape] = [
        "TransactStatements": .list(.structure("ParameterizedStatement", statement)),
        "ClientRequestToken": .string, "ReturnConsumedCapacity": .string,
    ]

    private static let throughput = RequestShape.structure(
        "ProvisionedThroughput", ["ReadCapacityUnits": .long, "WriteCapacityUnits": .long])
    private static let keySchema = RequestShape.list(
        .structure("KeySchemaElement", ["AttributeName": .string, "KeyType": .string]))

    private static func index(_ name: String) -> RequestShape {
        .structure(
            name,
            [
                "IndexName": .string, "KeySchema": keySchema, "ProvisionedThroughput": throughput,
                "Projection": .structure(
                    "Projection", ["ProjectionType": .string, "NonKeyAttributes": .list(.string)]),
            ])
    }

    private static let createTable: [String: RequestShape] = [
        "TableName": .string, "BillingMode": .string, "TableThroughputMode": .string, "TableClass": .string,
        "DeletionProtectionEnabled": .bool, "KeySchema": keySchema, "ProvisionedThroughput": throughput,
        "AttributeDefinitions": .list(
            .structure("AttributeDefinition", ["AttributeName": .string, "AttributeType": .string])),
        "GlobalSecondaryIndexes": .list(index("GlobalSecondaryIndex")),
        "LocalSecondaryIndexes": .list(index("LocalSecondaryIndex")),
        "StreamSpecification": .structure(
            "StreamSpecification", ["StreamEnabled": .bool, "StreamViewType": .string]),
        "SSESpecification": .structure(
            "SSESpecification", ["Enabled": .bool, "SSEType": .string, "KMSMasterKeyId": .string]),
        "Tags": .list(.structure("Tag", ["Key": .string, "Value": .string])),
    ]

    /// The members of the table that an import makes.
    static var tableCreation: RequestShape { .structure("TableCreationParameters", createTable) }

    private static func shape(of operation: Operation) -> RequestShape? {
        let name = "\(operation.rawValue)Input"
        return switch operation {
        case .putItem, .updateItem, .deleteItem: .structure(name, write)
        case .getItem, .query, .scan: .structure(name, read)
        case .batchGetItem: .structure(name, batchGet)
        case .batchWriteItem: .structure(name, batchWrite)
        case .exportTableToPointInTime, .importTable, .describeExport, .describeImport, .listExports, .listImports:
            .structure(name, transferMembers(of: operation))
        case .executeStatement: .structure(name, executeStatement)
        case .batchExecuteStatement: .structure(name, batchExecuteStatement)
        case .transactGetItems: .structure(name, transactGet)
        case .transactWriteItems: .structure(name, transactWrite)
        case .executeTransaction: .structure(name, executeTransaction)
        case .createTable: .structure(name, createTable)
        case .updateTimeToLive:
            .structure(
                name,
                [
                    "TableName": .string,
                    "TimeToLiveSpecification": .structure(
                        "TimeToLiveSpecification", ["AttributeName": .string, "Enabled": .bool]),
                ])
        case .listTables: .structure(name, ["ExclusiveStartTableName": .string, "Limit": .integer])
        case .describeTable, .deleteTable, .describeTimeToLive: .structure(name, ["TableName": .string])
        case .describeEndpoints, .describeLimits: nil
        case .describeStream, .getRecords, .getShardIterator, .listStreams:
            .structure(name, streamMembers(of: operation))
        case .tagResource, .untagResource, .listTagsOfResource:
            .structure(name, controlMembers(of: operation))
        }
    }
}
