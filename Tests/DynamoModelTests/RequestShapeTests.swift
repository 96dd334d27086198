import DynamoModel
import Testing

/// A wrong JSON type anywhere in a request comes before everything else that is wrong with it.
@Suite struct RequestShapeTests {
    private static let refused = WireError.validation("refused")

    @Test(arguments: [
        (Operation.putItem, #"{"TableName":"a","Item":{"a":{"N":"x"},"b":{"L":[{"S":1}]}}}"#, "NUMBER_VALUE", "String"),
        (.updateItem, #"{"Key":{},"AttributeUpdates":{"a":{"Action":1}}}"#, "NUMBER_VALUE", "String"),
        (.deleteItem, #"{"Key":{},"ReturnValues":true}"#, "TRUE_VALUE", "String"),
        (.getItem, #"{"ReturnConsumedCapacity":"x","ConsistentRead":1}"#, "NUMBER_VALUE", "Boolean"),
        (.query, #"{"Limit":0,"Select":2.5}"#, "DECIMAL_VALUE", "String"),
        (.scan, #"{"Segment":-1,"TotalSegments":"2"}"#, "STRING_VALUE", "Integer"),
        (.batchGetItem, #"{"RequestItems":{"a":{"Keys":[],"ConsistentRead":1}}}"#, "NUMBER_VALUE", "Boolean"),
        (
            .batchWriteItem, #"{"RequestItems":{"ab":[{"PutRequest":{"Item":{"a":{"SS":[1]}}}}]}}"#,
            "NUMBER_VALUE", "String"
        ),
        (.createTable, #"{"ProvisionedThroughput":{"ReadCapacityUnits":"1"}}"#, "STRING_VALUE", "Long"),
        (.updateTimeToLive, #"{"TimeToLiveSpecification":{"AttributeName":1}}"#, "NUMBER_VALUE", "String"),
        (.listTables, #"{"Limit":"1"}"#, "STRING_VALUE", "Integer"),
        (.describeTable, #"{"TableName":1}"#, "NUMBER_VALUE", "String"),
    ])
    func `wrong types come first`(_ operation: Operation, _ json: String, _ found: String, _ wanted: String) throws {
        let json = try JSONValue(json)
        #expect(
            RequestShape.precedence(operation, json, over: Self.refused)
                == .serialization("\(found) cannot be converted to \(wanted)"))
    }

    @Test func `the first wrong type of the text is named`() throws {
        let json = try JSONValue(#"{"Item":{"a":{"B":"x"}},"TableName":1}"#)
        #expect(
            RequestShape.precedence(.putItem, json, over: Self.refused)
                == .serialization("Base64 encoded length is expected a multiple of 4 bytes but found: 1"))
    }

    @Test(arguments: [
        (Operation.putItem, #"{"TableName":null,"Item":{"a":{"N":"x","Z":1}},"Unknown":[1]}"#),
        (.describeLimits, #"{"a":1}"#), (.query, #"{"Limit":0,"ExclusiveStartKey":{"a":null}}"#),
    ])
    func `null and what the service does not know have no type`(_ operation: Operation, _ json: String) throws {
        let json = try JSONValue(json)
        #expect(RequestShape.precedence(operation, json, over: Self.refused) == Self.refused)
    }

    @Test func `other errors stay`() throws {
        let error = WireError(.resourceNotFoundException, "no")
        #expect(try RequestShape.precedence(.getItem, JSONValue(#"{"Key":1}"#), over: error) == error)
    }
}
