import DynamoModel
import TestSupport
import Testing

extension TransactionTests {
    /// Histories of many clients on few items, single operations, batches, queries and transactions mixed, against the
    /// checker.
    @Suite struct LinearizabilityTests {
        @Test(arguments: [false, true])
        func `single operations, batches and queries among transactions`(indexed: Bool) async throws {
            try await withServer { server in
                try await server.makeTable(
                    key: "pk:S,sk:N", attributes: indexed ? "n:N" : "",
                    indexes: indexed ? WireHarness.global("gsi1", "n", nil) : "")
                var seeds = SeededGenerator(label: "linearizability")
                let workload = RegisterWorkload(items: 3) { operation, json in
                    do {
                        return try await server.call(operation, json)
                    } catch {
                        // Nobody cuts connections here.
                        Issue.record(error)
                        return nil
                    }
                }
                let events = try await workload.history(clients: 8, steps: 25, seeds: &seeds)
                #expect(events.count >= 8 * 25)
                #expect(LinearizabilityChecker.verdict(events) == .possible, "\(events)")
                if indexed {
                    let items = try await server.items("Scan", #""Limit":9"#)
                    #expect(try await Set(server.items("Scan", #""IndexName":"gsi1""#)) == Set(items))
                }
            }
        }
    }
}
