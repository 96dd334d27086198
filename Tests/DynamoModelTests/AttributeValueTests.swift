import DynamoModel
import Testing

@Suite struct AttributeValueTests {
    @Test func `reads every type`() throws {
        let item = try Item(
            json: JSONValue(
                """
                {"s":{"S":""},"n":{"N":"1.50"},"b":{"B":"AQI="},"t":{"BOOL":false},"z":{"NULL":true},
                 "l":{"L":[{"S":"x"},{"L":[]}]},"m":{"M":{"k":{"N":"2"}}},"ss":{"SS":["b","a"]},
                 "ns":{"NS":["1","2.0"]},"bs":{"BS":["AQ==",""]}}
                """))
        #expect(item["s"] == .string(""))
        #expect(item["n"] == .number(try DynamoNumber("1.5")))
        #expect(item["b"] == .binary([1, 2]))
        #expect(item["t"] == .bool(false))
        #expect(item["z"] == .null)
        #expect(item["l"] == .list([.string("x"), .list([])]))
        #expect(item["m"] == .map(["k": .number(DynamoNumber(2))]))
        #expect(item["ss"] == .stringSet(["a", "b"]))
        #expect(item["ns"] == .numberSet([DynamoNumber(2), DynamoNumber(1)]))
        #expect(item["bs"] == .binarySet([[1], []]))
        for (name, value) in item { #expect(value.type.rawValue.isEmpty == false, "\(name)") }
    }

    @Test(arguments: [
        (#"{}"#, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"),
        (#"{"S":null}"#, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"),
        (#"{"X":"a"}"#, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"),
        (
            #"{"S":"a","N":"1"}"#,
            "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"
        ),
        (#"{"S":"a","N":"x"}"#, "The parameter cannot be converted to a numeric value: x"),
        (#"{"SS":[],"N":"1"}"#, invalid + "An string set  may not be empty"),
        (#"{"N":" 1"}"#, "The parameter cannot be converted to a numeric value:  1"),
        (#"{"N":"1 "}"#, "The parameter cannot be converted to a numeric value: 1 "),
        (#"{"NULL":false}"#, invalid + "Null attribute value types must have the value of true"),
        (#"{"SS":[]}"#, invalid + "An string set  may not be empty"),
        (#"{"NS":[]}"#, invalid + "An number set  may not be empty"),
        (#"{"BS":[]}"#, invalid + "Binary sets should not be empty"),
        (#"{"SS":["a","b","a"]}"#, invalid + "Input collection [a, b, a] contains duplicates."),
        (#"{"NS":["1","1.0"]}"#, "Input collection contains duplicates"),
        (#"{"BS":["AQ==","AQ=="]}"#, invalid + "Input collection [AQ==, AQ==]of type BS contains duplicates."),
        (#"{"N":""}"#, "The parameter cannot be converted to a numeric value"),
        (#"{"M":{"a":{"L":[{"N":"x"}]}}}"#, "The parameter cannot be converted to a numeric value: x"),
    ])
    func `refuses values in the words of the service`(_ json: String, _ expected: String) throws {
        let json = try JSONValue(json)
        #expect(throws: WireError.validation(expected)) { try AttributeValue(json: json) }
    }

    @Test(arguments: [
        (#"{"S":1}"#, "NUMBER_VALUE cannot be converted to String"),
        (#"{"S":1.5}"#, "DECIMAL_VALUE cannot be converted to String"),
        (#"{"S":true}"#, "TRUE_VALUE cannot be converted to String"),
        (#"{"S":[]}"#, "Unrecognized collection type class java.lang.String"),
        (#"{"S":{}}"#, "Start of structure or map found where not expected"),
        (#"{"N":1}"#, "NUMBER_VALUE cannot be converted to String"),
        (#"{"BOOL":"true"}"#, "Unexpected token received from parser"),
        (#"{"BOOL":1}"#, "NUMBER_VALUE cannot be converted to Boolean"),
        (#"{"B":1}"#, "only base-64-encoded strings are convertible to bytes"),
        (#"{"B":"abc"}"#, "Base64 encoded length is expected a multiple of 4 bytes but found: 3"),
        (#"{"B":"ab~="}"#, "Invalid Base64 character: '~'"),
        (#"{"B":"Zh=="}"#, "Invalid last non-pad Base64 character dectected"),
        (#"{"SS":"a"}"#, "Unexpected field type"),
        (#"{"SS":{}}"#, "Start of structure or map found where not expected"),
        (#"{"SS":[1]}"#, "NUMBER_VALUE cannot be converted to String"), (#"{"M":"a"}"#, "Unexpected field type"),
        (#""a""#, "Unexpected value type in payload"),
        ("[]", "Unrecognized collection type class com.amazonaws.dynamodb.v20120810.AttributeValue"),
        (#"{"L":["a"]}"#, "Unexpected value type in payload"),
    ])
    func `wrong JSON types are serialization errors`(_ json: String, _ expected: String) throws {
        let json = try JSONValue(json)
        #expect(throws: WireError.serialization(expected)) { try AttributeValue(json: json) }
    }

    @Test func `31 levels around a scalar are accepted and 32 are not`() throws {
        for (open, close) in [("{\"L\":[", "]}"), ("{\"M\":{\"a\":", "}}")] {
            func nested(_ levels: Int) throws -> AttributeValue {
                let text =
                    String(repeating: open, count: levels) + #"{"S":"x"}"# + String(repeating: close, count: levels)
                return try AttributeValue(json: JSONValue(text))
            }
            #expect(try nested(31).nestingDepth == 31)
            #expect(throws: AttributeValue.nestingError) { try nested(32) }
            #expect(throws: AttributeValue.nestingError) { try nested(60) }
        }
    }

    @Test(arguments: [31, 32, 60])
    func `what an expression refers to is as deep as what is stored`(levels: Int) throws {
        let text = String(repeating: #"{"L":["#, count: levels) + #"{"S":"x"}"# + String(repeating: "]}", count: levels)
        let json = try JSONValue(
            #"{"TableName":"abc","Item":{"a":{"S":"b"}},"ConditionExpression":"c = :v","#
                + #""ExpressionAttributeValues":{":v":\#(text)}}"#)
        if levels < 32 {
            #expect(try PutItemRequest(json: json).expressionAttributeValues?[":v"]?.nestingDepth == levels)
        } else {
            #expect(throws: AttributeValue.nestingError.enveloped()) { try PutItemRequest(json: json) }
        }
    }

    @Test(arguments: [
        ("0", 1), ("1", 2), ("10", 2), ("12", 2), ("123", 3), ("1001", 3), ("1.5", 3), ("10.01", 3), ("123.45", 4),
        ("0.0000001", 2), ("1E125", 2), ("1E-130", 2), ("-1", 3), ("12345678901234567890123456789012345678", 20),
    ])
    func `numbers are measured in pairs of digits from the point`(number: String, size: Int) throws {
        #expect(try DynamoNumber(number).size == size)
    }

    @Test func `attribute names have 1 to 65,535 bytes`() throws {
        func item(_ name: String) throws -> Item { try Item(json: JSONValue(#"{"\#(name)":{"NULL":true}}"#)) }
        let longest = String(repeating: "n", count: 65_535)
        #expect(try item(longest).count == 1)
        #expect(
            message { _ = try item(longest + "n") }
                == "1 validation error detected: Attribute name is too large, must be less than 65536 bytes")
        #expect(
            message { _ = try AttributeValue(json: JSONValue(#"{"M":{"\#(longest)n":{"NULL":true}}}"#)) }
                == "1 validation error detected: Attribute name is too large, must be less than 65536 bytes")
        #expect(
            message { _ = try item("") }
                == "One or more parameter values were invalid: Attribute name must not be empty")
    }

    @Test func `sizes are those of the documentation`() throws {
        #expect(AttributeValue.string("é").size == 2)
        #expect(AttributeValue.binary([1, 2, 3]).size == 3)
        #expect(AttributeValue.bool(true).size == 1)
        #expect(AttributeValue.null.size == 1)
        #expect(AttributeValue.list([]).size == 3)
        #expect(AttributeValue.list([.null, .string("ab")]).size == 3 + 2 + 3)
        #expect(AttributeValue.map(["ab": .null]).size == 3 + 2 + 1 + 1)
        #expect(AttributeValue.stringSet(["a", "bc"]).size == 3)
        #expect(AttributeValue.binarySet([[1], [2, 3]]).size == 3)
        #expect(AttributeValue.numberSet([DynamoNumber(1), DynamoNumber(-2)]).size == 5)
        #expect(itemSize(["key": .string("value"), "n": .number(DynamoNumber(10))]) == 3 + 5 + 1 + 2)
    }

    @Test func `items round trip through both readers`() throws {
        var random = SeededGenerator()
        for _ in 0..<400 {
            let item = random.item()
            var writer = JSONWriter()
            writer.item(item)
            #expect(try Item(storedJSON: writer.bytes) == item, "seed \(random.seed)")
            #expect(try Item(json: JSONValue(parsing: writer.bytes)) == item, "seed \(random.seed)")
        }
    }

    @Test func `reads the text of jsonb`() throws {
        let text =
            #"{"a": {"M": {"b": {"L": [{"N": "1"}, {"NULL": true}]}}}, "c": {"SS": ["x", "y"]}, "d": {"BOOL": true}}"#
        #expect(
            try Item(storedJSON: Array(text.utf8)) == [
                "a": .map(["b": .list([.number(DynamoNumber(1)), .null])]), "c": .stringSet(["x", "y"]),
                "d": .bool(true),
            ])
    }

    @Test(arguments: [
        "", "[]", "{", #"{"a":1}"#, #"{"a":{}}"#, #"{"a":{"S":1}}"#, #"{"a":{"X":"b"}}"#, #"{"a":{"S":"b","N":"1"}}"#,
        #"{"a":{"NULL":false}}"#, #"{"a":{"N":"x"}}"#, #"{"a":{"B":"x"}}"#, #"{"a":{"SS":[]}}"#,
        #"{"a":{"NS":["1","1.0"]}}"#, #"{"a":{"SS":["b","b"]}}"#, #"{"a":{"S":"b"}} x"#,
    ])
    func `refuses stored items that are none`(_ text: String) {
        #expect(throws: JSONError.self) { try Item(storedJSON: Array(text.utf8)) }
    }

    @Test func `stored nesting is bounded`() {
        let text = String(repeating: #"{"L":["#, count: 50_000)
        #expect(throws: JSONError.self) { try AttributeValue(storedJSON: Array(text.utf8)) }
    }

    @Test func `sets are written in byte order`() {
        var writer = JSONWriter()
        writer.beginArray()
        writer.attributeValue(.stringSet(["b", "a", "Z"]))
        writer.attributeValue(.numberSet([DynamoNumber(10), DynamoNumber(9), DynamoNumber(-1)]))
        writer.attributeValue(.binarySet([[2], [1, 0], [1]]))
        writer.endArray()
        #expect(
            String(decoding: writer.bytes, as: UTF8.self)
                == #"[{"SS":["Z","a","b"]},{"NS":["-1","10","9"]},{"BS":["AQ==","AQA=","Ag=="]}]"#)
    }
}

private let invalid = "One or more parameter values were invalid: "
