import DynamoModel
import Testing

@Suite struct TransactRequestTests {
    private func write(_ json: String) -> String {
        message { _ = try TransactWriteItemsRequest(json: JSONValue(json)) }
    }

    private func get(_ json: String) -> String {
        message { _ = try TransactGetItemsRequest(json: JSONValue(json)) }
    }

    private func broken(_ failures: String...) -> String {
        let noun = failures.count == 1 ? "error" : "errors"
        return "\(failures.count) validation \(noun) detected: \(failures.joined(separator: "; "))"
    }

    @Test func `reads the four actions`() throws {
        let request = try TransactWriteItemsRequest(
            json: JSONValue(
                ##"""
                {"TransactItems":[
                    {"Put":{"TableName":"abc","Item":{"a":{"S":"1"}},"Unknown":1}},
                    {"Update":{"TableName":"abc","Key":{"a":{"S":"2"}},"UpdateExpression":"REMOVE b"}},
                    {"Delete":{"TableName":"def","Key":{"a":{"S":"3"}},"ReturnValuesOnConditionCheckFailure":"ALL_OLD"}},
                    {"ConditionCheck":{"TableName":"def","Key":{"a":{"S":"4"}},"ConditionExpression":"#a = :a",
                     "ExpressionAttributeNames":{"#a":"a"},"ExpressionAttributeValues":{":a":{"S":"x"}}},"Put":null}],
                 "ClientRequestToken":"t","ReturnConsumedCapacity":"INDEXES","ReturnItemCollectionMetrics":"SIZE"}
                """##))
        #expect(
            request.actions.map(\.change) == [
                .put(["a": .string("1")]), .update(key: ["a": .string("2")], expression: "REMOVE b"),
                .delete(key: ["a": .string("3")]), .check(key: ["a": .string("4")]),
            ])
        #expect(request.actions.map(\.tableName) == ["abc", "abc", "def", "def"])
        #expect(request.actions[2].returnValuesOnConditionCheckFailure == .allOld)
        #expect(request.actions[3].conditionExpression == "#a = :a")
        #expect(request.actions[3].expressionAttributeValues == [":a": .string("x")])
        #expect(request.clientRequestToken == "t")
        #expect(request.returnConsumedCapacity == .indexes)
        #expect(request.returnItemCollectionMetrics == .size)
    }

    @Test func `how many items`() {
        let null = "Value null at 'transactItems' failed to satisfy constraint: Member must not be null"
        #expect(write("{}") == broken(null))
        #expect(get("{}") == broken(null))
        let empty =
            "Value '[]' at 'transactItems' failed to satisfy constraint: "
            + "Member must have length greater than or equal to 1"
        #expect(write(#"{"TransactItems":[]}"#) == broken(empty))
        #expect(get(#"{"TransactItems":[]}"#) == broken(empty))
        let gets = Array(repeating: #"{"Get":{"TableName":"abc","Key":{"a":{"S":"1"}}}}"#, count: 101)
        let many = get(#"{"TransactItems":[\#(gets.joined(separator: ","))]}"#)
        #expect(
            many.hasSuffix(
                "at 'transactItems' failed to satisfy constraint: Member must have length less than or equal to 100"))
    }

    @Test func `members that are missing or none of the model's`() {
        #expect(
            write(#"{"TransactItems":[{"Update":{"TableName":"abc"}}]}"#)
                == broken(
                    "Value null at 'transactItems.1.member.update.key' failed to satisfy constraint: "
                        + "Member must not be null",
                    "Value null at 'transactItems.1.member.update.updateExpression' failed to satisfy constraint: "
                        + "Member must not be null"))
        #expect(
            write(#"{"TransactItems":[{"Put":{"Item":{}}},{"ConditionCheck":{"TableName":"abc","Key":{}}}]}"#)
                == broken(
                    "Value null at 'transactItems.1.member.put.tableName' failed to satisfy constraint: "
                        + "Member must not be null",
                    "Value null at 'transactItems.2.member.conditionCheck.conditionExpression' failed to satisfy "
                        + "constraint: Member must not be null"))
        #expect(
            get(#"{"TransactItems":[{}]}"#)
                == broken(
                    "Value null at 'transactItems.1.member.get' failed to satisfy constraint: "
                        + "Member must not be null"))
        #expect(
            write(
                #"{"TransactItems":[{"Delete":{"TableName":"abc","Key":{},"ReturnValuesOnConditionCheckFailure":"ALL_NEW"}}]}"#
            )
                == broken(
                    "Value 'ALL_NEW' at 'transactItems.1.member.delete.returnValuesOnConditionCheckFailure' failed to "
                        + "satisfy constraint: Member must satisfy enum value set: [ALL_OLD, NONE]"))
    }

    @Test(arguments: ["", String(repeating: "t", count: 37)])
    func `a token of another length`(token: String) {
        let limit = token.isEmpty ? "greater than or equal to 1" : "less than or equal to 36"
        #expect(
            write(
                #"{"ClientRequestToken":"\#(token)","TransactItems":[{"Delete":{"TableName":"abc","Key":{"a":{"S":"1"}}}}]}"#
            )
                == broken(
                    "Value '\(token)' at 'clientRequestToken' failed to satisfy constraint: "
                        + "Member must have length \(limit)"))
    }

    @Test func `one action in each element`() {
        let put = #""Put":{"TableName":"abc","Item":{"a":{"S":"1"}}}"#
        #expect(
            write(#"{"TransactItems":[{\#(put),"Delete":{"TableName":"abc","Key":{"a":{"S":"1"}}}}]}"#)
                == "TransactItems can only contain one of Check, Put, Update or Delete")
        #expect(
            write(#"{"TransactItems":[{\#(put)},{}]}"#)
                == "Invalid Request: TransactWriteRequest should contain Delete or Put or Update request")
    }

    @Test func `what a token stands for does not depend on the order of members`() throws {
        func fingerprinted(_ json: String) throws -> String {
            String(decoding: try TransactWriteItemsRequest(json: JSONValue(json)).fingerprintedItems, as: UTF8.self)
        }
        let one = try fingerprinted(
            #"{"ClientRequestToken":"t","TransactItems":[{"Put":{"TableName":"abc","Item":{"é":{"S":"\u0001"},"b":{"L":[]}}}}]}"#
        )
        #expect(one == #"[{"Put":{"Item":{"b":{"L":[]},"é":{"S":"\u0001"}},"TableName":"abc"}}]"#)
        #expect(
            try fingerprinted(
                #"{"TransactItems":[{"Put":{"Item":{"b":{"L":[]},"é":{"S":"\u0001"}},"TableName":"abc"}}],"ClientRequestToken":"x"}"#
            )
                == one)
        #expect(try fingerprinted(#"{"TransactItems":[{"Put":{"TableName":"abc","Item":{"b":{"S":"x"}}}}]}"#) == "")
    }
}
