import DynamoModel
import ExtendDBServer
import Postgres
import TestSupport
import Testing

/// What each form of deployment must do alike. `ENVCTL_TEST_LAYOUT` runs the other suites on ExtendDB's own databases.
@Suite struct DeploymentFormTests {
    @Test(arguments: DeploymentForm.allCases)
    func `a table's life`(form: DeploymentForm) async throws {
        try await withServer(form) { server in
            try await server.makeIndexedTable()
            try await server.put(#"{"pk":{"S":"a"},"sk":{"N":"1"},"gpk":{"S":"g"},"gsk":{"N":"2"},"lsk":{"S":"l"}}"#)
            try await server.put(#"{"pk":{"S":"a"},"sk":{"N":"2"},"gpk":{"S":"g"},"gsk":{"N":"1"}}"#)
            for (index, count) in [("gsi1", 2), ("lsi1", 1)] {
                #expect(try await server.allItems("Scan", #""IndexName":"\#(index)""#).count == count)
            }
            let byIndex = try await server.items(
                "Query",
                #"""
                "IndexName":"gsi1","KeyConditionExpression":"gpk = :g","ExpressionAttributeValues":{":g":{"S":"g"}}
                """#)
            #expect(byIndex.map { $0["gsk"] } == [.number(DynamoNumber(1)), .number(DynamoNumber(2))])
            try await server.succeed(
                "UpdateTimeToLive",
                #"{"TableName":"items","TimeToLiveSpecification":{"AttributeName":"ttl","Enabled":true}}"#)
            let table = try await server.succeed("DescribeTable", #"{"TableName":"items"}"#)["Table"]
            #expect(table?["ItemCount"] == .number("2"))
            #expect(try await server.relations(server.data) == 3)
            #expect(try await server.relations(server.database) == (form == .oneDatabase ? 3 : 0))
            try await server.succeed("DeleteTable", #"{"TableName":"items"}"#)
            #expect(try await server.relations(server.data) == 0)
            #expect(try await server.succeed("ListTables", "{}")["TableNames"] == .array([]))
        }
    }

    @Test(arguments: DeploymentForm.allCases)
    func `of many that create a table at once, one succeeds and the others leave nothing`(
        form: DeploymentForm
    ) async throws {
        try await withServer(form) { server in
            let statuses = try await withThrowingTaskGroup(of: Int.self) { tasks in
                for _ in 0..<12 {
                    tasks.addTask {
                        try await server.call(
                            "CreateTable",
                            """
                            {"TableName":"race","BillingMode":"PAY_PER_REQUEST",
                            "AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}],
                            "KeySchema":[{"AttributeName":"id","KeyType":"HASH"}]}
                            """
                        ).status
                    }
                }
                return try await tasks.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.count { $0 == 200 } == 1)
            #expect(try await server.relations(server.data) == 1)
        }
    }

    /// The catalog's setting names production in a copy that nobody sealed: nothing is served, and nothing connects.
    @Test func `databases that the catalog does not name are refused`() async throws {
        try await withDeployment(.twoDatabases(.first)) { catalog, data, credentials in
            func failure(dataDatabase: String?) async throws -> WireFailure {
                let configuration = ServerConfiguration(
                    port: 0, region: WireHarness.region, database: catalog, dataDatabase: dataDatabase)
                return try await withServer(configuration, credentials) { try await $0.fail("ListTables", "{}") }
            }
            #expect(try await failure(dataDatabase: nil).status == 500)
            try await withPostgresPool(catalog) { pool in
                _ = try await pool.query(
                    "UPDATE settings SET value = $1 WHERE key = 'data_database_connection_string'",
                    .text("postgresql://prod:secret@127.0.0.1:1/production"))
            }
            #expect(try await failure(dataDatabase: data).status == 500)
        }
    }
}

extension WireHarness {
    /// How many relations of tables and indexes a database holds.
    func relations(_ database: PostgresConfiguration) async throws -> Int {
        try await withPostgresPool(database) { pool in
            let rows = try await pool.query(
                PostgresQuery(#"SELECT count(*) FROM pg_class WHERE relname LIKE '\_ddb\_%' AND relkind = 'r'"#))
            return try #require(rows.first)[0].int
        }
    }
}
