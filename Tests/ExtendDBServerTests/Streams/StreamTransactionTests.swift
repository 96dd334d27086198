import DynamoModel
import Testing

extension StreamTests {
    /// Records of transactions.
    @Suite struct StreamTransactionTests {
        @Test func `a transaction records each change, and neither what it looks at nor what it cancels`() async throws
        {
            try await withServer { server in
                try await server.makeStreamTable()
                func key(_ name: String) -> String { #"{"pk":{"S":"\#(name)"},"sk":{"N":"1"}}"# }
                try await server.put(key("old"))
                _ = try await server.transact([
                    WireHarness.put(key("new")), WireHarness.delete(key("old")), WireHarness.delete(key("missing")),
                    WireHarness.check(key("absent"), "attribute_not_exists(pk)"),
                ])
                try await server.expectCancelled(
                    WireHarness.writes([
                        WireHarness.put(key("other")), WireHarness.check(key("absent"), "attribute_exists(pk)"),
                    ]), [nil, conditionFailed])
                let names = try await server.storedRecords().dropFirst().compactMap { $0["eventName"]?.stringValue }
                #expect(names.sorted() == ["INSERT", "REMOVE"])
            }
        }
    }
}
