import TestSupport
import Testing

@testable import Postgres

private struct Stop: Error {}

@Suite struct TransactionTests {
    @Test func commitsAndRollsBack() async throws {
        try await withTestConnection { connection in
            try await connection.query("CREATE TABLE t (id int)")
            let value = try await connection.transaction(isolation: .serializable) { connection in
                try await connection.query("INSERT INTO t VALUES (1)")
                return try await connection.query("SHOW transaction_isolation")[0][0].string
            }
            #expect(value == "serializable")
            await #expect(throws: Stop.self) {
                try await connection.transaction { connection in
                    try await connection.query("INSERT INTO t VALUES (2)")
                    throw Stop()
                }
            }
            #expect(try await connection.query("SELECT count(*) FROM t")[0][0].int == 1)
            #expect(connection.status.value == .clean)
        }
    }

    @Test func aSwallowedFailureIsNoCommit() async throws {
        try await withTestConnection { connection in
            let error = await postgresError {
                try await connection.transaction { connection in
                    await postgresError { try await connection.query("SELECT 1/0") }
                }
            }
            #expect(error?.sqlState == SQLState.failedTransaction)
            #expect(connection.status.value == .clean)
        }
    }

    @Test func doesNotNest() async throws {
        try await withTestConnection { connection in
            let error = await postgresError {
                try await connection.transaction { connection in
                    try await connection.transaction { _ in }
                }
            }
            #expect(error?.code == .misuse)
            #expect(connection.status.value == .clean)
        }
    }

    @Test func aPipelineIsPartOfIt() async throws {
        try await withTestConnection { connection in
            try await connection.query("CREATE TABLE t (id int)")
            await #expect(throws: Stop.self) {
                try await connection.transaction { connection in
                    try await connection.pipeline(["INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (2)"])
                    throw Stop()
                }
            }
            #expect(try await connection.query("SELECT count(*) FROM t")[0][0].int == 0)
        }
    }
}

@Suite struct CancellationTests {
    /// What a statement waits for until its task is cancelled.
    private enum Wait: String {
        case sleep = "PgSleep"
        /// The advisory lock 1, which is held until then and let go afterwards.
        case lock = "advisory"
    }

    /// Cancels `body`'s task as soon as the server runs a statement that waits.
    private func cancelWhenWaiting(
        for wait: Wait = .sleep, _ configuration: PostgresConfiguration,
        _ body: @escaping @Sendable () async throws -> Void
    ) async throws -> (any Error)? {
        let observer = try await PostgresConnection.connect(configuration)
        if wait == .lock { try await observer.query("SELECT pg_advisory_lock(1)") }
        let error = await withTaskGroup(of: (any Error)?.self) { group in
            group.addTask {
                do {
                    try await body()
                    return nil
                } catch {
                    return error
                }
            }
            do {
                try await untilWaiting(for: wait, observer)
            } catch {
                Issue.record(error)
            }
            group.cancelAll()
            if wait == .lock {
                do {
                    try await observer.query("SELECT pg_advisory_unlock(1)")
                } catch {
                    Issue.record(error)
                }
            }
            return await group.next() ?? nil
        }
        await observer.close()
        return error
    }

    /// Asks until `pg_stat_activity` shows a session that waits, at most 20 s.
    private func untilWaiting(for wait: Wait, _ observer: PostgresConnection) async throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while try await observer.query(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = $1",
            .text(wait.rawValue))[0][0].int == 0
        {
            try #require(ContinuousClock.now < deadline, "the statement never ran")
            await Task.yield()
        }
    }

    @Test func cancelsTheStatementOnTheServer() async throws {
        try await TestPostgres.withDatabase { configuration in
            let connection = try await PostgresConnection.connect(configuration)
            let start = ContinuousClock.now
            let error = try await cancelWhenWaiting(configuration) {
                try await connection.query("SELECT pg_sleep(60)")
            }
            #expect((error as? PostgresError)?.code == .cancelled)
            #expect((error as? PostgresError)?.sqlState == SQLState.queryCancelled)
            #expect(ContinuousClock.now - start < .seconds(30))
            #expect(try await connection.query("SELECT 1")[0][0].int == 1)
            #expect(connection.status.value == .clean)
            await connection.close()
        }
    }

    @Test func dropsAnAnswerThatOthersStandBehind() async throws {
        try await TestPostgres.withDatabase { configuration in
            let connection = try await PostgresConnection.connect(configuration)
            try await withThrowingTaskGroup(of: Int?.self) { group in
                // In flight together: the first may not be cancelled on the server, which could hit the second. It runs
                // for as long as the cancellation takes to come, and its answer comes after that.
                let error = try await cancelWhenWaiting(for: .lock, configuration) {
                    try await withThrowingTaskGroup(of: Void.self) { inner in
                        inner.addTask { try await connection.query("SELECT pg_advisory_lock(1)") }
                        inner.addTask { try await connection.query("SELECT pg_sleep(0.1)") }
                        try await inner.waitForAll()
                    }
                }
                #expect((error as? PostgresError)?.code == .cancelled)
                group.addTask { try await connection.query("SELECT 7")[0][0].int }
                #expect(try await group.next() == 7)
            }
            await connection.close()
        }
    }

    @Test func rollsBackACancelledTransaction() async throws {
        try await TestPostgres.withDatabase { configuration in
            try await withPostgresPool(configuration, limits: .init(maximum: 1)) { pool in
                try await pool.query("CREATE TABLE t (id int)")
                let error = try await cancelWhenWaiting(configuration) {
                    try await pool.transaction { connection in
                        try await connection.query("INSERT INTO t VALUES (1)")
                        try await connection.query("SELECT pg_sleep(60)")
                    }
                }
                #expect((error as? PostgresError)?.code == .cancelled)
                #expect(try await pool.query("SELECT count(*) FROM t")[0][0].int == 0)
                #expect(pool.openConnections == 1)
            }
        }
    }

    @Test func aCancelledTaskSendsNothing() async throws {
        try await withTestConnection { connection in
            try await connection.query("CREATE TABLE t (id int)")
            await withTaskGroup(of: Void.self) { group in
                group.cancelAll()
                group.addTask {
                    let error = await postgresError {
                        try await connection.query("INSERT INTO t VALUES (1)")
                    }
                    #expect(error?.code == .cancelled)
                }
            }
            #expect(try await connection.query("SELECT count(*) FROM t")[0][0].int == 0)
        }
    }

    @Test func cancelsAConnectionAttempt() async throws {
        try await withSilentServer { port in
            let configuration = PostgresConfiguration(host: "127.0.0.1", port: port, user: "u", database: "d")
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    let error = await postgresError {
                        try await PostgresConnection.connect(configuration)
                    }
                    #expect(error?.code == .cancelled)
                }
                group.cancelAll()
            }
        }
    }
}
