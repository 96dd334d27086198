import DynamoModel
import Testing

@Suite struct CreateTableRequestTests {
    private static func keys(_ names: String...) -> String {
        let elements = zip(names, ["HASH", "RANGE"]).map { #"{"AttributeName":"\#($0)","KeyType":"\#($1)"}"# }
        return "[\(elements.joined(separator: ","))]"
    }

    private static func attributes(_ names: String...) -> String {
        "[\(names.map { #"{"AttributeName":"\#($0)","AttributeType":"S"}"# }.joined(separator: ","))]"
    }

    private static func table(_ attributes: String, _ keys: String, _ more: String = "") -> String {
        #"{"TableName":"abc","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":\#(attributes),"KeySchema":\#(keys)\#(more)}"#
    }

    private static func index(
        _ kind: String, _ keys: String, name: String = "idx", _ projection: String = #"{"ProjectionType":"ALL"}"#
    ) -> String {
        #","\#(kind)SecondaryIndexes":[{"IndexName":"\#(name)","KeySchema":\#(keys),"Projection":\#(projection)}]"#
    }

    private static let invalid = "One or more parameter values were invalid: "

    @Test func `reads a table in full`() throws {
        let request = try CreateTableRequest(
            json: JSONValue(
                """
                {"TableName":"abc","AttributeDefinitions":\(Self.attributes("a", "b", "c")),
                 "KeySchema":\(Self.keys("a", "b")),
                 "ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":2},
                 "GlobalSecondaryIndexes":[{"IndexName":"by-c","KeySchema":\(Self.keys("c", "a")),
                   "Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["x"]},
                   "ProvisionedThroughput":{"ReadCapacityUnits":3,"WriteCapacityUnits":4}}],
                 "LocalSecondaryIndexes":[{"IndexName":"local","KeySchema":\(Self.keys("a", "c")),
                   "Projection":{"ProjectionType":"KEYS_ONLY"}}],
                 "StreamSpecification":{"StreamEnabled":true,"StreamViewType":"KEYS_ONLY"},
                 "SSESpecification":{"Enabled":true},"TableClass":"STANDARD","DeletionProtectionEnabled":true,
                 "Tags":[{"Key":"k","Value":"v"}]}
                """))
        let definition = request.definition
        #expect(request.tableName == "abc")
        #expect(definition.keySchema == KeySchema(hash: "a", range: "b"))
        #expect(definition.billingMode == .provisioned)
        #expect(definition.provisionedThroughput == Throughput(readCapacityUnits: 1, writeCapacityUnits: 2))
        #expect(definition.globalIndexes.map(\.keySchema) == [KeySchema(hash: "c", range: "a")])
        #expect(definition.globalIndexes[0].projection == Projection(type: .include, nonKeyAttributes: ["x"]))
        #expect(definition.localIndexes.map(\.name) == ["local"])
        #expect(definition.streamSpecification == StreamSpecification(enabled: true, viewType: .keysOnly))
        #expect(definition.sse == SSESpecification(enabled: true))
        #expect(definition.tableClass == .standard)
        #expect(definition.deletionProtection)
        #expect(definition.tags == [Tag(key: "k", value: "v")])
    }

    @Test(arguments: [
        ("", #""TableThroughputMode":"PAY_PER_REQUEST","#), (#""BillingMode":"PAY_PER_REQUEST","#, ""),
        (#""BillingMode":"PAY_PER_REQUEST","#, #""TableThroughputMode":"PROVISIONED","#),
    ])
    func `the mode has a second name, which gives way`(_ first: String, _ second: String) throws {
        let request = try CreateTableRequest(
            json: JSONValue(
                #"{\#(first)\#(second)"TableName":"abc","AttributeDefinitions":\#(Self.attributes("a")),"#
                    + #""KeySchema":\#(Self.keys("a"))}"#))
        #expect(request.definition.billingMode == .payPerRequest)
    }

    @Test func `a wrong mode is refused under either name`() throws {
        let json = try JSONValue(
            Self.table(Self.attributes("a"), Self.keys("a"), #","TableThroughputMode":"ON_DEMAND""#))
        #expect(
            message { _ = try CreateTableRequest(json: json) }
                == "1 validation error detected: Value 'ON_DEMAND' at 'tableThroughputMode' failed to satisfy "
                + "constraint: Member must satisfy enum value set: [PROVISIONED, PAY_PER_REQUEST]")
    }

    @Test(arguments: [
        Refusal(
            table(attributes("a", "b"), keys("a")),
            invalid,
            "Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions"
        ),
        Refusal(
            table(attributes("a"), keys("a", "b")), "Invalid KeySchema: Some index key attribute have no definition"),
        Refusal(
            table(attributes("b"), keys("a")),
            invalid,
            "Some index key attributes are not defined in AttributeDefinitions. Keys: [a], AttributeDefinitions: [b]"
        ),
        Refusal(
            table(attributes("a"), keys("a", "a")),
            "Both the Hash Key and the Range Key element in the KeySchema have the same name"
        ),
        Refusal(
            table(attributes("a"), #"[{"AttributeName":"a","KeyType":"RANGE"}]"#),
            "Invalid KeySchema: The first KeySchemaElement is not a HASH key type"
        ),
        Refusal(
            table(
                attributes("a", "b"),
                #"[{"AttributeName":"a","KeyType":"HASH"},{"AttributeName":"b","KeyType":"HASH"}]"#),
            "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type"
        ),
        Refusal(
            table(attributes("a", "b", "c"), keys("a"), index("Global", keys("b"))),
            invalid, "Some AttributeDefinitions are not used. AttributeDefinitions: [a, b, c], keys used: [a, b]"
        ),
        Refusal(
            table(attributes("a"), keys("a"), #","GlobalSecondaryIndexes":[]"#),
            invalid, "List of GlobalSecondaryIndexes is empty"
        ),
        Refusal(
            table(attributes("a"), keys("a"), #","LocalSecondaryIndexes":[]"#),
            invalid, "List of LocalSecondaryIndexes is empty"
        ),
        Refusal(
            table(attributes("a", "b"), keys("a"), index("Local", keys("a", "b"))),
            invalid,
            "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex"
        ),
        Refusal(
            table(attributes("a", "b"), keys("a", "b"), index("Local", keys("a"))),
            invalid, "Index KeySchema does not have a range key for index: idx"
        ),
        Refusal(
            table(attributes("a", "b"), keys("a", "b"), index("Local", keys("b", "a"))),
            invalid, "Index KeySchema does not have the same leading hash key as table KeySchema for index: idx. ",
            "index hash key: b, table hash key: a"
        ),
        Refusal(
            table(attributes("a"), keys("a"), index("Global", keys("x"))),
            invalid,
            "Some index key attributes are not defined in AttributeDefinitions. Keys: [x], AttributeDefinitions: [a]"
        ),
        Refusal(
            table(attributes("a"), keys("a"), index("Global", keys("a"), "{}")), invalid, "Unknown ProjectionType: null"
        ),
        Refusal(
            table(attributes("a"), keys("a"), index("Global", keys("a"), #"{"ProjectionType":"INCLUDE"}"#)),
            invalid, "ProjectionType is INCLUDE, but NonKeyAttributes is not specified"
        ),
        Refusal(
            table(
                attributes("a"), keys("a"),
                index("Global", keys("a"), #"{"ProjectionType":"ALL","NonKeyAttributes":["x"]}"#)),
            invalid, "ProjectionType is ALL, but NonKeyAttributes is specified"
        ),
        Refusal(
            table(
                attributes("a"), keys("a"), #","ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1}"#),
            invalid,
            "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"
        ),
        Refusal(
            #"{"TableName":"abc","AttributeDefinitions":\#(attributes("a")),"KeySchema":\#(keys("a"))}"#,
            invalid, "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED"
        ),
        Refusal(
            table(attributes("a", "b"), keys("a", "b"), index("Local", keys("a", "b")) + index("Global", keys("b"))),
            invalid, "Duplicate index name: idx"
        ),
    ])
    func `tables are refused in the words of the service`(_ refusal: Refusal) throws {
        let json = try JSONValue(refusal.json)
        #expect(message { _ = try CreateTableRequest(json: json) } == refusal.expected)
    }

    @Test func `constraints of nested members carry their path`() throws {
        let json = try JSONValue(
            """
            {"TableName":"abc","AttributeDefinitions":[{"AttributeName":"a","AttributeType":"X"}],
             "KeySchema":[],"ProvisionedThroughput":{"ReadCapacityUnits":0}}
            """)
        let text = message { _ = try CreateTableRequest(json: json) }
        #expect(text.hasPrefix("4 validation errors detected: "))
        for part in [
            "Value 'X' at 'attributeDefinitions.1.member.attributeType' failed to satisfy constraint: "
                + "Member must satisfy enum value set: [B, N, S]",
            "Value '[]' at 'keySchema' failed to satisfy constraint: Member must have length greater than or equal to 1",
            "Value '0' at 'provisionedThroughput.readCapacityUnits' failed to satisfy constraint: "
                + "Member must have value greater than or equal to 1",
            "Value null at 'provisionedThroughput.writeCapacityUnits' failed to satisfy constraint: "
                + "Member must not be null",
        ] {
            #expect(text.contains(part))
        }
    }

    @Test func `indexes are limited in number`() throws {
        func indexes(_ kind: String, _ count: Int, _ keys: String) -> String {
            let list = (0..<count).map {
                #"{"IndexName":"idx\#($0)","KeySchema":\#(keys),"Projection":{"ProjectionType":"ALL"}}"#
            }
            return Self.table(
                Self.attributes("a", "b"), Self.keys("a", "b"),
                #","\#(kind)SecondaryIndexes":[\#(list.joined(separator: ","))]"#)
        }
        let local = Self.keys("a", "b")
        #expect(throws: Never.self) { try CreateTableRequest(json: JSONValue(indexes("Global", 20, local))) }
        #expect(throws: Never.self) { try CreateTableRequest(json: JSONValue(indexes("Local", 5, local))) }
        #expect(
            message { _ = try CreateTableRequest(json: JSONValue(indexes("Global", 21, local))) }
                == Self.invalid + "GlobalSecondaryIndex count exceeds the per-table limit of 20")
        #expect(
            message { _ = try CreateTableRequest(json: JSONValue(indexes("Local", 6, local))) }
                == Self.invalid + "Number of LocalSecondaryIndexes exceeds per-table limit of 5")
    }
}
