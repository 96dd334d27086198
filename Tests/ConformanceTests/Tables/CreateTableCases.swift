/// CreateTable: what it refuses, in the words of operations on tables; nothing here makes a table.
enum CreateTableCases {
    private static let attributes = #""AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}]"#
    private static let keys = #""KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}]"#
    private static let demand = #""BillingMode":"PAY_PER_REQUEST""#
    private static let three =
        #""AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"N"},{"AttributeName":"x","AttributeType":"S"}]"#
    private static let pair =
        #""KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}]"#

    private static func create(_ name: String, _ members: String, _ expected: Expectation, table: String = "made")
        -> Case
    {
        Case(name, "CreateTable", #"{"TableName":"\#(table)",\#(members)}"#, expected, .api("CreateTable"))
    }

    private static func wrong(
        _ name: String, _ members: String, _ value: String, _ member: String, _ constraint: String
    ) -> Case {
        create(
            name, members,
            .enveloped("Value '\(value)' at '\(member)' failed to satisfy constraint: Member must \(constraint)"))
    }

    static let constraints: [Case] = [
        Case(
            "no name", "CreateTable", "{}",
            .invalid("The parameter 'TableName' is required but was not present in the request"), .api("CreateTable")),
        create(
            "a short name", "\(attributes),\(keys),\(demand)",
            .enveloped(
                "Value 'ab' at 'tableName' failed to satisfy constraint: Member must have length greater than or equal to 3"
            ), table: "ab"),
        create(
            "a wrong name", "\(attributes),\(keys),\(demand)",
            .enveloped(
                "Value 'a;bc' at 'tableName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
            ), table: "a;bc"),
        create("no attributes", "\(keys),\(demand)", .missing("attributeDefinitions")),
        create("no keys", "\(attributes),\(demand)", .missing("keySchema")),
        create(
            "neither", demand,
            .invalid(
                "2 validation errors detected: Value null at 'attributeDefinitions' failed to satisfy constraint: Member must not be null; Value null at 'keySchema' failed to satisfy constraint: Member must not be null"
            )),
        wrong(
            "a billing mode", #"\#(attributes),\#(keys),"BillingMode":"FREE""#, "FREE", "billingMode",
            "satisfy enum value set: [PROVISIONED, PAY_PER_REQUEST]"),
        wrong(
            "a type of attribute",
            #""AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"X"}],\#(keys),\#(demand)"#, "X",
            "attributeDefinitions.1.member.attributeType", "satisfy enum value set: [B, N, S]"),
        wrong(
            "a type of key", #"\#(attributes),"KeySchema":[{"AttributeName":"pk","KeyType":"SORT"}],\#(demand)"#,
            "SORT", "keySchema.1.member.keyType", "satisfy enum value set: [HASH, RANGE]"),
        create(
            "an attribute without a type", #""AttributeDefinitions":[{"AttributeName":"pk"}],\#(keys),\#(demand)"#,
            .missing("attributeDefinitions.1.member.attributeType")),
        create(
            "a key without a name", #"\#(attributes),"KeySchema":[{"KeyType":"HASH"}],\#(demand)"#,
            .missing("keySchema.1.member.attributeName")),
        wrong(
            "no key at all", #"\#(attributes),"KeySchema":[],\#(demand)"#, "[]", "keySchema",
            "have length greater than or equal to 1"),
        wrong(
            "three keys",
            #"\#(three),"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"},{"AttributeName":"x","KeyType":"RANGE"}],\#(demand)"#,
            "[KeySchemaElement(attributeName=pk, keyType=HASH), KeySchemaElement(attributeName=sk, keyType=RANGE), KeySchemaElement(attributeName=x, keyType=RANGE)]",
            "keySchema", "have length less than or equal to 2"),
        wrong(
            "no units",
            #"\#(attributes),\#(keys),"ProvisionedThroughput":{"ReadCapacityUnits":0,"WriteCapacityUnits":1}"#, "0",
            "provisionedThroughput.readCapacityUnits", "have value greater than or equal to 1"),
        create(
            "half of the units", #"\#(attributes),\#(keys),"ProvisionedThroughput":{"ReadCapacityUnits":1}"#,
            .missing("provisionedThroughput.writeCapacityUnits")),
        wrong(
            "a stream view",
            #"\#(attributes),\#(keys),\#(demand),"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"ALL"}"#,
            "ALL", "streamSpecification.streamViewType",
            "satisfy enum value set: [NEW_IMAGE, OLD_IMAGE, NEW_AND_OLD_IMAGES, KEYS_ONLY]"),
        create(
            "a stream that is neither on nor off", #"\#(attributes),\#(keys),\#(demand),"StreamSpecification":{}"#,
            .missing("streamSpecification.streamEnabled")),
        wrong(
            "a type of projection",
            #"\#(three),\#(keys),\#(demand),\#(global("x", projection: #"{"ProjectionType":"SOME"}"#))"#, "SOME",
            "globalSecondaryIndexes.1.member.projection.projectionType",
            "satisfy enum value set: [ALL, INCLUDE, KEYS_ONLY]"),
        wrong(
            "an empty list of attributes",
            #"\#(three),\#(keys),\#(demand),\#(global("x", projection: #"{"ProjectionType":"INCLUDE","NonKeyAttributes":[]}"#))"#,
            "[]", "globalSecondaryIndexes.1.member.projection.nonKeyAttributes",
            "have length greater than or equal to 1"),
        wrong(
            "an attribute without a name",
            #"\#(three),\#(keys),\#(demand),\#(global("x", projection: #"{"ProjectionType":"INCLUDE","NonKeyAttributes":["a",""]}"#))"#,
            "[a, ]", "globalSecondaryIndexes.1.member.projection.nonKeyAttributes",
            "satisfy constraint: [Member must have length less than or equal to 255, Member must have length greater than or equal to 1]"
        ),
        create(
            "an index without a projection",
            #"\#(three),\#(keys),\#(demand),"GlobalSecondaryIndexes":[{"IndexName":"abc","KeySchema":[{"AttributeName":"x","KeyType":"HASH"}]}]"#,
            .missing("globalSecondaryIndexes.1.member.projection")),
        wrong(
            "a short name of an index", #"\#(three),\#(keys),\#(demand),\#(global("x", name: "ab"))"#, "ab",
            "globalSecondaryIndexes.1.member.indexName", "have length greater than or equal to 3"),
        create(
            "a number for a key schema", #"\#(attributes),"KeySchema":1,\#(demand)"#,
            .unserializable("Unexpected field type")),
        create(
            "a text for units",
            #"\#(attributes),\#(keys),"ProvisionedThroughput":{"ReadCapacityUnits":"1","WriteCapacityUnits":1}"#,
            .unserializable("STRING_VALUE cannot be converted to Long")),
        create(
            "a class of table", #"\#(attributes),\#(keys),\#(demand),"TableClass":"CHEAP""#,
            .invalid(
                "Invalid table-class parameter provided. Please try again with a valid table-class value: [STANDARD, STANDARD_INFREQUENT_ACCESS]."
            )),
    ]

    private static func global(
        _ key: String, name: String = "idx", projection: String = #"{"ProjectionType":"ALL"}"#, rest: String = ""
    ) -> String {
        #""GlobalSecondaryIndexes":[{"IndexName":"\#(name)","KeySchema":[{"AttributeName":"\#(key)","KeyType":"HASH"}],"Projection":\#(projection)\#(rest)}]"#
    }

    private static func local(_ hash: String, _ range: String?, name: String = "idx") -> String {
        let sort = range.map { #",{"AttributeName":"\#($0)","KeyType":"RANGE"}"# } ?? ""
        return
            #""LocalSecondaryIndexes":[{"IndexName":"\#(name)","KeySchema":[{"AttributeName":"\#(hash)","KeyType":"HASH"}\#(sort)],"Projection":{"ProjectionType":"ALL"}}]"#
    }

    private static func many(_ count: Int) -> String {
        let indexes = (0..<count).map {
            #"{"IndexName":"idx\#($0)","KeySchema":[{"AttributeName":"x","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}"#
        }
        return #""GlobalSecondaryIndexes":[\#(indexes.joined(separator: ","))]"#
    }

    static let schemas: [Case] = [
        create(
            "a table that is there", "\(attributes),\(keys),\(demand)",
            .fails("ResourceInUseException", "Table already exists: hash"), table: "hash"),
        create(
            "a sort key alone", #"\#(attributes),"KeySchema":[{"AttributeName":"pk","KeyType":"RANGE"}],\#(demand)"#,
            .invalid("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")),
        create(
            "two partition keys",
            #"\#(three),"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"HASH"}],\#(demand)"#,
            .invalid("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")),
        create(
            "one attribute for both",
            #"\#(attributes),"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"pk","KeyType":"RANGE"}],\#(demand)"#,
            .invalid("Both the Hash Key and the Range Key element in the KeySchema have the same name")),
        create(
            "a key that is not defined",
            #"\#(attributes),"KeySchema":[{"AttributeName":"other","KeyType":"HASH"}],\#(demand)"#,
            .badValue(
                "Some index key attributes are not defined in AttributeDefinitions. Keys: [other], AttributeDefinitions: [pk]"
            )),
        create(
            "one of two that is not defined", #"\#(attributes),\#(pair),\#(demand)"#,
            .invalid("Invalid KeySchema: Some index key attribute have no definition")),
        create(
            "an attribute that nobody uses", "\(three),\(pair),\(demand)",
            .badValue(
                "Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions"
            )),
        create(
            "an attribute that neither table nor index uses", "\(three),\(keys),\(demand),\(global("x"))",
            .badValue("Some AttributeDefinitions are not used. AttributeDefinitions: [pk, sk, x], keys used: [pk, x]")),
        create(
            "one attribute defined twice",
            #""AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"pk","AttributeType":"N"}],\#(keys),\#(demand)"#,
            .invalid("Attribute Name is duplicated: pk")),
        create(
            "provisioned without units", "\(attributes),\(keys)",
            .badValue("ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED")
        ),
        create(
            "on demand with units",
            #"\#(attributes),\#(keys),\#(demand),"ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1}"#,
            .badValue(
                "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST")
        ),
        create(
            "an index without units",
            #"\#(three.replacing(#",{"AttributeName":"sk","AttributeType":"N"}"#, with: "")),\#(keys),"ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1},\#(global("x"))"#,
            .badValue("ProvisionedThroughput is not specified for index: idx")),
        create(
            "an index with units on demand",
            #"\#(three),\#(keys),\#(demand),\#(global("x", rest: #","ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1}"#))"#,
            .badValue(
                "ProvisionedThroughput should not be specified for index: idx when BillingMode is PAY_PER_REQUEST")),
        create(
            "a partition key behind the sort key of an index",
            "\(three),\(keys),\(demand),\(global(["HASH", "RANGE", "HASH"]))",
            .invalid("Invalid KeySchema: All HASH key attributes must precede RANGE key attributes in the KeySchema")),
        create(
            "five partition keys of an index",
            "\(three),\(keys),\(demand),\(global(Array(repeating: "HASH", count: 5)))",
            .invalid("Invalid KeySchema: The KeySchema exceeds the maximum allowed number of HASH key attributes")),
        create(
            "five sort keys of an index",
            "\(three),\(keys),\(demand),\(global(["HASH"] + Array(repeating: "RANGE", count: 5)))",
            .invalid("Invalid KeySchema: The KeySchema exceeds the maximum allowed number of RANGE key attributes")),
        create(
            "no global indexes", #"\#(attributes),\#(keys),\#(demand),"GlobalSecondaryIndexes":[]"#,
            .badValue("List of GlobalSecondaryIndexes is empty")),
        create(
            "no local indexes", #"\#(attributes),\#(keys),\#(demand),"LocalSecondaryIndexes":[]"#,
            .badValue("List of LocalSecondaryIndexes is empty")),
        create(
            "21 global indexes", "\(three),\(pair),\(demand),\(many(21))",
            .badValue("GlobalSecondaryIndex count exceeds the per-table limit of 20")),
        create(
            "an index on an attribute that is not defined", "\(attributes),\(keys),\(demand),\(global("nothing"))",
            .badValue(
                "Some index key attributes are not defined in AttributeDefinitions. Keys: [nothing], AttributeDefinitions: [pk]"
            )),
        create(
            "a local index without a sort key in the table", "\(attributes),\(keys),\(demand),\(local("pk", nil))",
            .badValue(
                "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex")),
        create(
            "a local index without a sort key", "\(three),\(pair),\(demand),\(local("pk", nil))",
            .badValue("Index KeySchema does not have a range key for index: idx")),
        create(
            "a local index by another partition", "\(three),\(pair),\(demand),\(local("x", "sk"))",
            .badValue(
                "Index KeySchema does not have the same leading hash key as table KeySchema for index: idx. index hash key: x, table hash key: pk"
            )),
        create(
            "two indexes of one name", "\(three),\(pair),\(demand),\(local("pk", "x")),\(global("x"))",
            .badValue("Duplicate index name: idx")),
        create(
            "attributes beside ALL",
            "\(three),\(pair),\(demand),\(global("x", projection: #"{"ProjectionType":"ALL","NonKeyAttributes":["a"]}"#))",
            .badValue("ProjectionType is ALL, but NonKeyAttributes is specified")),
        create(
            "attributes beside KEYS_ONLY",
            "\(three),\(pair),\(demand),\(global("x", projection: #"{"ProjectionType":"KEYS_ONLY","NonKeyAttributes":["a"]}"#))",
            .badValue("ProjectionType is KEYS_ONLY, but NonKeyAttributes is specified")),
        create(
            "INCLUDE without attributes",
            "\(three),\(pair),\(demand),\(global("x", projection: #"{"ProjectionType":"INCLUDE"}"#))",
            .badValue("ProjectionType is INCLUDE, but NonKeyAttributes is not specified")),
        create(
            "one attribute included twice",
            "\(three),\(pair),\(demand),\(global("x", projection: #"{"ProjectionType":"INCLUDE","NonKeyAttributes":["a","a"]}"#))",
            .badValue("Duplicate element in NonKeyAttributes: a")),
        create(
            "no type of projection", "\(three),\(pair),\(demand),\(global("x", projection: "{}"))",
            .badValue("Unknown ProjectionType: null")),
        create(
            "a stream without a view",
            #"\#(attributes),\#(keys),\#(demand),"StreamSpecification":{"StreamEnabled":true}"#,
            .badValue("Table is being created with a stream enabled, UpdateViewType is required")),
        create(
            "a view without a stream",
            #"\#(attributes),\#(keys),\#(demand),"StreamSpecification":{"StreamEnabled":false,"StreamViewType":"KEYS_ONLY"}"#,
            .badValue("Table is being created with a stream disabled, UpdateViewType should not be specified")),
        create(
            "encryption of another kind",
            #"\#(attributes),\#(keys),\#(demand),"SSESpecification":{"Enabled":true,"SSEType":"AES256"}"#,
            .badValue("SSEType AES256 is not supported")),
        create(
            "a key without its kind",
            #"\#(attributes),\#(keys),\#(demand),"SSESpecification":{"Enabled":true,"KMSMasterKeyId":"x"}"#,
            .badValue("SSEType KMS is required if KMSMasterKeyId is specified")),
        create(
            "a kind of no encryption",
            #"\#(attributes),\#(keys),\#(demand),"SSESpecification":{"Enabled":false,"SSEType":"KMS"}"#,
            .badValue("SSEType can not be specified if Enabled is false")),
    ]

    /// An index with a key of attributes `k0`, `k1`, … of these types.
    private static func global(_ types: [String]) -> String {
        let keys = types.enumerated().map { #"{"AttributeName":"k\#($0)","KeyType":"\#($1)"}"# }
        return #""GlobalSecondaryIndexes":[{"IndexName":"idx","KeySchema":[\#(keys.joined(separator: ","))],"#
            + #""Projection":{"ProjectionType":"ALL"}}]"#
    }

    private static func table(_ operation: String, _ request: String, _ expected: Expectation) -> Case {
        Case("\(operation) \(request)", operation, request, expected, .api(operation))
    }

    static let others: [Case] =
        ["DescribeTable", "DeleteTable", "DescribeTimeToLive"].flatMap { operation in
            [
                table(
                    operation, "{}",
                    .invalid("The parameter 'TableName' is required but was not present in the request")),
                table(
                    operation, #"{"TableName":"nothing"}"#,
                    .fails("ResourceNotFoundException", "Requested resource not found: Table: nothing not found")),
                table(
                    operation, #"{"TableName":"ab"}"#,
                    .enveloped(
                        "Value 'ab' at 'tableName' failed to satisfy constraint: Member must have length greater than or equal to 3"
                    )),
                table(
                    operation, #"{"TableName":"a;b"}"#,
                    .enveloped(
                        "Value 'a;b' at 'tableName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
                    )),
                table(operation, #"{"TableName":1}"#, .unserializable("NUMBER_VALUE cannot be converted to String")),
            ]
        } + [
            table(
                "ListTables", #"{"Limit":0}"#,
                .enveloped(
                    "Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1"
                )),
            table(
                "ListTables", #"{"Limit":101}"#,
                .enveloped(
                    "Value '101' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 100"
                )),
            table(
                "ListTables", #"{"Limit":2}"#,
                .answers(#"{"TableNames":["both","bytes"],"LastEvaluatedTableName":"bytes"}"#)),
            table(
                "ListTables", #"{"ExclusiveStartTableName":"numbers"}"#, .answers(#"{"TableNames":["pages","zoo"]}"#)),
            table(
                "ListTables", #"{"ExclusiveStartTableName":"a;b"}"#,
                .enveloped(
                    "Value 'a;b' at 'exclusiveStartTableName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
                )),
            table("ListTables", #"{"ExclusiveStartTableName":"zzz"}"#, .answers(#"{"TableNames":[]}"#)),
        ]
}
