import DynamoModel
import TestSupport
import Testing

extension ItemTests {
    /// Random histories of a table with a global and a local index, against a model of it.
    @Suite struct ModelTests {
        @Test func `random histories`() async throws {
            try await withServer { server in
                var script = ItemScript(random: SeededGenerator(label: "item model"))
                try await server.makeIndexedTable(globalProjection: "ALL", localProjection: "ALL")
                var model = ItemModel()
                for step in 0..<300 {
                    try await Self.write(server, &script, &model)
                    if step % 20 == 19 {
                        try await Self.check(server, &script, model)
                    }
                }
            }
        }

        private static func write(
            _ server: WireHarness, _ script: inout ItemScript, _ model: inout ItemModel
        ) async throws {
            switch Int.random(in: 0..<10, using: &script.random) {
            case 0..<3:
                let item = script.item()
                let old = model.items[ItemModel.key(item)]
                let answer = try await server.succeed(
                    "PutItem", #"{"TableName":"items","Item":\#(item.json),"ReturnValues":"ALL_OLD"}"#)
                #expect(try answer["Attributes"].map { try Item(json: $0) } == old)
                model.put(item)
            case 3..<5:
                let key = script.key()
                let old = model.items[key]
                let answer = try await server.succeed(
                    "DeleteItem", #"{"TableName":"items","Key":\#(key.json),"ReturnValues":"ALL_OLD"}"#)
                #expect(try answer["Attributes"].map { try Item(json: $0) } == old)
                model.delete(key)
            case 5..<8:
                try await update(server, &script, &model)
            default:
                try await batch(server, &script, &model)
            }
        }

        private static func update(
            _ server: WireHarness, _ script: inout ItemScript, _ model: inout ItemModel
        ) async throws {
            let key = script.key()
            let choices: [(Text, AttributeValue)] = [
                ("gpk", script.globalHash()), ("gsk", script.number()), ("lsk", script.localRange()),
                ("v", .string("new")),
            ]
            let (name, value) = choices[Int.random(in: 0..<choices.count, using: &script.random)]
            let removes = Bool.random(using: &script.random)
            // Half of the updates want the item to be there.
            let conditional = Bool.random(using: &script.random)
            var json = #"{"TableName":"items","Key":\#(key.json),"ReturnValues":"ALL_NEW""#
            json += conditional ? #","ConditionExpression":"attribute_exists(pk)""# : ""
            json += #","UpdateExpression":"\#(removes ? "REMOVE \(name)" : "SET \(name) = :v")""#
            if !removes {
                let values: Item = [":v": value]
                json += #","ExpressionAttributeValues":\#(values.json)"#
            }
            let (status, body) = try await server.call("UpdateItem", json + "}")
            if conditional, model.items[key] == nil {
                #expect(WireFailure(status: status, body: body).type == "ConditionalCheckFailedException")
            } else {
                if !removes || model.items[key] != nil {
                    model.set(key, name, removes ? nil : value)
                }
                #expect(try body["Attributes"].map { try Item(json: $0) } == model.items[key])
            }
        }

        private static func batch(
            _ server: WireHarness, _ script: inout ItemScript, _ model: inout ItemModel
        ) async throws {
            var writes: [Item: Item?] = [:]
            for _ in 0..<Int.random(in: 1...8, using: &script.random) {
                let item = script.item()
                writes[ItemModel.key(item)] = Bool.random(using: &script.random) ? item : .some(nil)
            }
            let requests = writes.map { key, item in
                item.map { #"{"PutRequest":{"Item":\#($0.json)}}"# } ?? #"{"DeleteRequest":{"Key":\#(key.json)}}"#
            }
            try await server.succeed(
                "BatchWriteItem", #"{"RequestItems":{"items":[\#(requests.joined(separator: ","))]}}"#)
            for (key, item) in writes {
                if let item { model.put(item) } else { model.delete(key) }
            }
        }

        private static func check(
            _ server: WireHarness, _ script: inout ItemScript, _ model: ItemModel
        ) async throws {
            #expect(try await Set(server.items("Scan", #""ConsistentRead":true"#)) == Set(model.items.values))
            let limit = Int.random(in: 1...5, using: &script.random)
            let forward = Bool.random(using: &script.random)
            func query(_ index: String?, _ hash: Text, _ value: AttributeValue, _ range: Text) async throws {
                let name = index.map { #""IndexName":"\#($0)","# } ?? ""
                let values: Item = [":p": value]
                let found = try await server.allItems(
                    "Query",
                    #"\#(name)"KeyConditionExpression":"\#(hash) = :p","ExpressionAttributeValues":\#(values.json),"#
                        + #""ScanIndexForward":\#(forward),"Limit":\#(limit)"#)
                let expected = model.sorted(hash, value, range)
                #expect(found == (forward ? expected : expected.reversed()), "\(index ?? "table") \(value)")
            }
            for pk: Text in ["a", "b", "é"] {
                try await query(nil, "pk", .string(pk), "sk")
                try await query("lsi1", "pk", .string(pk), "lsk")
            }
            for gpk: Text in ["g", "h"] {
                try await query("gsi1", "gpk", .string(gpk), "gsk")
            }
            let key = script.key()
            #expect(try await server.get(key.json) == model.items[key])
            let keys = (0..<4).map { _ in script.key() }
            let answer = try await server.succeed(
                "BatchGetItem",
                #"{"RequestItems":{"items":{"Keys":[\#(Set(keys).map(\.json).joined(separator: ","))]}}}"#)
            let found = try (answer["Responses"]?["items"]?.arrayValue ?? []).map { try Item(json: $0) }
            #expect(Set(found) == Set(Set(keys).compactMap { model.items[$0] }))
        }
    }
}
