import DynamoModel
import Testing

@Suite struct TableDefinitionTests {
    private let definition = TableDefinition(
        name: "shop", keySchema: KeySchema(hash: "pk", range: "sk"),
        attributeDefinitions: [
            AttributeDefinition(name: "pk", type: .string), AttributeDefinition(name: "sk", type: .number),
            AttributeDefinition(name: "g", type: .binary),
        ],
        billingMode: .provisioned, provisionedThroughput: Throughput(readCapacityUnits: 5, writeCapacityUnits: 6),
        indexes: [
            IndexDefinition(
                name: "by-g", kind: .global, keySchema: KeySchema(hash: "g"),
                projection: Projection(type: .include, nonKeyAttributes: ["a", "b"]),
                provisionedThroughput: Throughput(readCapacityUnits: 1, writeCapacityUnits: 2)),
            IndexDefinition(
                name: "by-l", kind: .local, keySchema: KeySchema(hash: "pk", range: "g"), projection: .keysOnly),
        ],
        streamSpecification: StreamSpecification(enabled: true, viewType: .newImage),
        sse: SSESpecification(enabled: true, type: "KMS", kmsMasterKeyID: "arn:key"),
        tableClass: .standardInfrequentAccess, deletionProtection: true)

    /// As DescribeTable prints it, with the members that a definition does not keep.
    private static let described = """
        {"TableName":"shop","TableStatus":"ACTIVE","CreationDateTime":1.7E9,"TableSizeBytes":99,"ItemCount":7,
         "TableArn":"arn:aws:dynamodb:r:1:table/shop","TableId":"id","DeletionProtectionEnabled":true,
         "AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"N"},
           {"AttributeName":"g","AttributeType":"B"}],
         "KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
         "ProvisionedThroughput":{"NumberOfDecreasesToday":0,"ReadCapacityUnits":5,"WriteCapacityUnits":6},
         "GlobalSecondaryIndexes":[{"IndexName":"by-g","IndexStatus":"ACTIVE","IndexSizeBytes":4,"ItemCount":3,
           "KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],
           "Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["a","b"]},
           "ProvisionedThroughput":{"NumberOfDecreasesToday":0,"ReadCapacityUnits":1,"WriteCapacityUnits":2}}],
         "LocalSecondaryIndexes":[{"IndexName":"by-l","IndexSizeBytes":0,"ItemCount":0,
           "KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"g","KeyType":"RANGE"}],
           "Projection":{"ProjectionType":"KEYS_ONLY"}}],
         "StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_IMAGE"},"LatestStreamLabel":"2026",
         "SSEDescription":{"Status":"ENABLED","SSEType":"KMS","KMSMasterKeyArn":"arn:key"},
         "TableClassSummary":{"TableClass":"STANDARD_INFREQUENT_ACCESS"}}
        """

    @Test(arguments: [described, #"{"Table":\#(described)}"#, #"{"TableDescription":\#(described)}"#])
    func `a description reads as the definition`(_ json: String) throws {
        #expect(try TableDefinition(describeTable: JSONValue(json)) == definition)
    }

    @Test(arguments: ["", #","ProvisionedThroughput":{"ReadCapacityUnits":0,"WriteCapacityUnits":0}"#])
    func `a description of a table on demand has no throughput`(_ throughput: String) throws {
        let definition = try TableDefinition(
            describeTable: JSONValue(
                #"{"TableName":"shop","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],"#
                    + #""AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],"#
                    + #""BillingModeSummary":{"BillingMode":"PAY_PER_REQUEST"}\#(throughput)}"#))
        #expect(
            definition
                == TableDefinition(
                    name: "shop", keySchema: KeySchema(hash: "pk"),
                    attributeDefinitions: [AttributeDefinition(name: "pk", type: .string)]))
    }

    @Test(arguments: [
        ("{}", "TableName"), (#"{"TableName":"t"}"#, "KeySchema"),
        (#"{"TableName":"t","KeySchema":[{"AttributeName":"a","KeyType":"HASH"}]}"#, "AttributeDefinitions"),
        (#"{"TableName":"t","KeySchema":[{"AttributeName":"a","KeyType":"RANGE"}],"AttributeDefinitions":[]}"#, "HASH"),
        (
            #"{"TableName":"t","KeySchema":[{"AttributeName":"a","KeyType":"HASH"}],"AttributeDefinitions":[]}"#,
            "does not define the key attribute a"
        ),
    ])
    func `says what a description lacks`(_ json: String, _ part: String) {
        #expect(message { _ = try TableDefinition(describeTable: JSONValue(json)) }.contains(part))
    }

    @Test func `finds indexes and types`() {
        #expect(definition.index(named: "by-l")?.kind == .local)
        #expect(definition.index(named: "none") == nil)
        #expect(definition.type(of: "sk") == .number)
        #expect(definition.type(of: "other") == nil)
        #expect(definition.keySchema.attributeNames == ["pk", "sk"])
        #expect(definition.keySchema.contains("sk"))
    }
}
