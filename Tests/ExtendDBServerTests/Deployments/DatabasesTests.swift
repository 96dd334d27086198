import DynamoModel
import ExtendDBServer
import Postgres
import TestSupport
import Testing

/// Changes of two databases, and what a crash between their commits leaves.
@Suite struct DatabasesTests {
    private func withDatabases(_ body: (Databases) async throws -> Void) async throws {
        try await withTestPool { catalog in
            try await withTestPool { data in
                _ = try await catalog.query("CREATE TABLE rows (name text)")
                try await body(Databases(catalog: catalog, data: data))
            }
        }
    }

    private func count(_ pool: PostgresPool, _ sql: String) async throws -> Int {
        try await pool.query(PostgresQuery(sql, prepared: false))[0][0].int
    }

    /// Ends the session behind a connection, as a crash of its server would.
    private func end(_ connection: PostgresConnection, _ pool: PostgresPool) async throws {
        let pid = try await connection.query("SELECT pg_backend_pid()")[0][0].int
        _ = try await pool.withConnection { other in
            try await other.query("SELECT pg_terminate_backend($1::int, 10000)", .int(pid))
        }
    }

    @Test(arguments: [Databases.CommitOrder.dataFirst, .catalogFirst])
    func `both or neither when the work fails`(order: Databases.CommitOrder) async throws {
        try await withDatabases { databases in
            await #expect(throws: WireError.self) {
                try await databases.transaction(order) { catalog, data in
                    _ = try await catalog.query("INSERT INTO rows VALUES ('a')")
                    _ = try await data.query("CREATE TABLE relation (x int)")
                    throw WireError.validation("no")
                }
            }
            #expect(try await count(databases.catalog, "SELECT count(*) FROM rows") == 0)
            #expect(try await count(databases.data, "SELECT count(*) FROM pg_class WHERE relname = 'relation'") == 0)
            try await databases.transaction(order) { catalog, data in
                _ = try await catalog.query("INSERT INTO rows VALUES ('a')")
                _ = try await data.query("CREATE TABLE relation (x int)")
            }
            #expect(try await count(databases.catalog, "SELECT count(*) FROM rows") == 1)
            #expect(try await count(databases.data, "SELECT count(*) FROM pg_class WHERE relname = 'relation'") == 1)
        }
    }

    @Test func `a crash between the commits of what is made leaves a relation without a row`() async throws {
        try await withDatabases { databases in
            await #expect(throws: PostgresError.self) {
                try await databases.transaction(.dataFirst) { catalog, data in
                    _ = try await catalog.query("INSERT INTO rows VALUES ('a')")
                    _ = try await data.query("CREATE TABLE relation (x int)")
                    try await end(catalog, databases.catalog)
                }
            }
            let rows = try await count(databases.catalog, "SELECT count(*) FROM rows")
            let relations = try await count(
                databases.data, "SELECT count(*) FROM pg_class WHERE relname = 'relation'")
            #expect(rows == 0)
            #expect(relations == 1)
        }
    }

    @Test func `a crash between the commits of what is removed leaves a relation without a row`() async throws {
        try await withDatabases { databases in
            _ = try await databases.catalog.query("INSERT INTO rows VALUES ('a')")
            _ = try await databases.data.query("CREATE TABLE relation (x int)")
            await #expect(throws: PostgresError.self) {
                try await databases.transaction(.catalogFirst) { catalog, data in
                    _ = try await catalog.query("DELETE FROM rows")
                    _ = try await data.query("DROP TABLE relation")
                    try await end(data, databases.data)
                }
            }
            let rows = try await count(databases.catalog, "SELECT count(*) FROM rows")
            let relations = try await count(
                databases.data, "SELECT count(*) FROM pg_class WHERE relname = 'relation'")
            #expect(rows == 0)
            #expect(relations == 1)
        }
    }

    /// Makers and removers at once, each with connections to both: none holds what the other one waits for.
    @Test func `many changes at once end`() async throws {
        // Patient, because hundreds of other tests share the processors: a deadlock would outlast it.
        let limits = PostgresPool.Limits(maximum: 2, acquireTimeout: .seconds(60))
        try await withTestPool(limits: limits) { catalog in
            try await withTestPool(limits: limits) { data in
                let databases = Databases(catalog: catalog, data: data)
                try await withThrowingTaskGroup(of: Void.self) { tasks in
                    for number in 0..<40 {
                        tasks.addTask {
                            try await databases.transaction(number % 2 == 0 ? .dataFirst : .catalogFirst) {
                                catalog, data in
                                _ = try await catalog.query("SELECT 1")
                                _ = try await data.query("SELECT 1")
                            }
                        }
                    }
                    try await tasks.waitForAll()
                }
                #expect(catalog.leasedConnections == 0)
                #expect(data.leasedConnections == 0)
            }
        }
    }
}
