import DynamoModel
import Testing

@Suite struct WireErrorTests {
    private func body(_ error: WireError) -> String { String(decoding: error.body(), as: UTF8.self) }

    @Test func `bodies carry the name in its namespace`() {
        #expect(
            body(.validation("a \"b\""))
                == #"{"__type":"com.amazon.coral.validate#ValidationException","message":"a \"b\""}"#)
        #expect(
            body(WireError(.resourceNotFoundException, "gone"))
                == #"{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","message":"gone"}"#)
        #expect(
            body(.serialization("bad"))
                == #"{"__type":"com.amazon.coral.service#SerializationException","Message":"bad"}"#)
        #expect(
            body(WireError(.unknownOperationException, ""))
                == #"{"__type":"com.amazon.coral.service#UnknownOperationException"}"#)
    }

    @Test func `bodies carry what the exception has`() {
        let failed = WireError(
            .conditionalCheckFailedException, "The conditional request failed", item: ["a": .string("b")])
        #expect(body(failed).hasSuffix(#""message":"The conditional request failed","Item":{"a":{"S":"b"}}}"#))
        let cancelled = WireError(
            .transactionCanceledException, "cancelled",
            cancellationReasons: [.init(code: "None"), .init(code: "X", message: "y", item: ["a": .null])])
        #expect(
            body(cancelled).hasSuffix(
                #""Message":"cancelled","CancellationReasons":[{"Code":"None"},"#
                    + #"{"Code":"X","Message":"y","Item":{"a":{"NULL":true}}}]}"#))
    }

    @Test func `all but faults and transport limits are 400`() {
        let others: [WireError.Code: Int] = [
            .internalServerError: 500, .serviceUnavailable: 503, .requestTimeout: 408, .requestEntityTooLarge: 413,
        ]
        for code in WireError.Code.allCases {
            #expect(WireError(code, "").httpStatus == others[code] ?? 400)
            #expect(WireError(code, "").typeName.hasSuffix("#" + code.rawValue))
        }
    }

    @Test func `operations are found by their target`() {
        #expect(Operation(target: "DynamoDB_20120810.PutItem") == .putItem)
        #expect(Operation(target: "DynamoDB_20120810.Nothing") == nil)
        #expect(Operation(target: "PutItem") == nil)
        for operation in Operation.allCases {
            let isOfStreams = operation.isOfStreams
            #expect(Operation(target: "DynamoDB_20120810." + operation.rawValue) == (isOfStreams ? nil : operation))
            #expect(
                Operation(target: "DynamoDBStreams_20120810." + operation.rawValue) == (isOfStreams ? operation : nil))
        }
    }
}
