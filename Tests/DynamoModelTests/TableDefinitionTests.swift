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

    private func description(_ definition: TableDefinition, _ runtime: TableRuntime) throws -> JSONValue {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("Table")
        definition.writeDescription(runtime, to: &writer)
        writer.endObject()
        return try JSONValue(parsing: writer.bytes)
    }

    @Test func `a description reads back as the definition`() throws {
        let runtime = TableRuntime(arn: "arn:t", tableID: "id", creationDate: 1.5, streamLabel: "label")
        #expect(try TableDefinition(describeTable: description(definition, runtime)) == definition)
        var onDemand = definition
        onDemand.billingMode = .payPerRequest
        onDemand.provisionedThroughput = nil
        onDemand.indexes = []
        onDemand.sse = nil
        onDemand.streamSpecification = nil
        onDemand.tableClass = nil
        onDemand.attributeDefinitions.removeLast()
        #expect(try TableDefinition(describeTable: description(onDemand, runtime)) == onDemand)
    }

    @Test func `a description has the names and values of the service`() throws {
        let runtime = TableRuntime(
            arn: "arn:aws:dynamodb:r:1:table/shop", tableID: "id", status: "UPDATING", creationDate: 1_700_000_000.125,
            itemCount: 7, sizeBytes: 99, indexes: ["by-g": .init(status: "CREATING", itemCount: 3, sizeBytes: 4)],
            streamLabel: "2026")
        let table = try #require(try description(definition, runtime)["Table"])
        #expect(table["TableStatus"] == .string("UPDATING"))
        #expect(table["CreationDateTime"] == .number("1700000000.125"))
        #expect(table["ItemCount"] == .number("7"))
        #expect(table["TableSizeBytes"] == .number("99"))
        #expect(table["LatestStreamArn"] == .string("arn:aws:dynamodb:r:1:table/shop/stream/2026"))
        #expect(table["ProvisionedThroughput"]?["NumberOfDecreasesToday"] == .number("0"))
        #expect(table["BillingModeSummary"] == nil)
        let global = try #require(table["GlobalSecondaryIndexes"]?.arrayValue?.first)
        #expect(global["IndexStatus"] == .string("CREATING"))
        #expect(global["IndexArn"] == .string("arn:aws:dynamodb:r:1:table/shop/index/by-g"))
        let local = try #require(table["LocalSecondaryIndexes"]?.arrayValue?.first)
        #expect(local["IndexStatus"] == nil)
        #expect(local["ProvisionedThroughput"] == nil)
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
