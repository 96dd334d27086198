import TestSupport
import Testing

@testable import Postgres

@Suite struct PoolTests {
    private func poll(_ what: Comment, _ condition: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while try await !condition() {
            try #require(ContinuousClock.now < deadline, what)
            await Task.yield()
        }
    }

    @Test func lendsWithinItsLimit() async throws {
        try await TestPostgres.withDatabase { configuration in
            try await withPostgresPool(configuration, limits: .init(maximum: 3)) { pool in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<40 {
                        group.addTask {
                            try await pool.withConnection { connection in
                                _ = try await connection.query("SELECT pg_sleep(0.002)")
                            }
                        }
                    }
                    try await group.waitForAll()
                }
                #expect((1...3).contains(pool.openConnections))
                #expect(pool.leasedConnections == 0)
            }
            try await poll("sessions stay behind") { try await TestPostgres.sessions(in: configuration.database) == 0 }
        }
    }

    @Test func sharesFewConnections() async throws {
        try await withTestPool(limits: .init(maximum: 8, sharedConnections: 2)) { pool in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<500 {
                    group.addTask { try await pool.query("SELECT $1::int", .int(number))[0][0].int }
                }
                let sum = try await group.reduce(0, +)
                #expect(sum == 499 * 500 / 2)
            }
            #expect((1...2).contains(pool.openConnections))
        }
    }

    @Test func anIdlePoolHoldsNothing() async throws {
        try await TestPostgres.withDatabase { configuration in
            let pool = PostgresPool(configuration: configuration, limits: .init(idleTimeout: .milliseconds(30)))
            #expect(pool.openConnections == 0)
            try await pool.query("SELECT 1")
            try await pool.withConnection { try await $0.query("SELECT 1") }
            try await poll("an idle connection stays open") { pool.openConnections == 0 }
            try await poll("a session stays behind") {
                try await TestPostgres.sessions(in: configuration.database) == 0
            }
            #expect(try await pool.query("SELECT 2")[0][0].int == 2)
            await pool.shutdown()
        }
    }

    @Test func whoWantsToKnowIsToldThatNothingIsHeldAnyMore() async throws {
        try await TestPostgres.withDatabase { configuration in
            let (idle, becomesIdle) = AsyncStream.makeStream(of: Void.self)
            let pool = PostgresPool(
                configuration: configuration, limits: .init(idleTimeout: .milliseconds(30), sharedConnections: 1),
                onIdle: { becomesIdle.yield() })
            var tellings = idle.makeAsyncIterator()
            for _ in 0..<2 {
                try await pool.query("SELECT 1")
                try await pool.withConnection { try await $0.query("SELECT 1") }
                // On a slow machine the first connection is closed, and that told, before the second one is opened.
                repeat { await tellings.next() } while pool.openConnections > 0
            }
            await pool.shutdown()
        }
    }

    @Test func aDeadlineEndsTheWait() async throws {
        try await withTestPool(limits: .init(maximum: 1, acquireTimeout: .milliseconds(30))) { pool in
            try await pool.withConnection { _ in
                let error = await postgresError { try await pool.query("SELECT 1") }
                #expect(error?.code == .poolExhausted)
                #expect(pool.waiters == 0)
            }
            #expect(try await pool.query("SELECT 1").count == 1)
        }
    }

    @Test func aCancelledWaiterLeavesTheQueue() async throws {
        try await withTestPool(limits: .init(maximum: 1)) { pool in
            try await pool.withConnection { _ in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        let error = await postgresError {
                            try await pool.withConnection { _ in Issue.record("there was no connection to lend") }
                        }
                        #expect(error?.code == .cancelled)
                    }
                    try await poll("the request never waited") { pool.waiters == 1 }
                    group.cancelAll()
                }
                #expect(pool.waiters == 0)
            }
        }
    }

    @Test func aDirtyConnectionIsCleaned() async throws {
        try await withTestPool(limits: .init(maximum: 1)) { pool in
            try await pool.query("CREATE TABLE t (id int)")
            try await pool.withConnection { connection in
                try await connection.query("BEGIN")
                try await connection.query("INSERT INTO t VALUES (1)")
            }
            try await pool.withConnection { connection in
                try await connection.query("BEGIN")
                await postgresError { try await connection.query("SELECT 1/0") }
            }
            #expect(try await pool.query("SELECT count(*) FROM t")[0][0].int == 0)
            #expect(pool.openConnections == 1)
        }
    }

    @Test func aTerminatedSessionFailsItsWaitersAndIsReplaced() async throws {
        try await TestPostgres.withDatabase { configuration in
            try await withPostgresPool(configuration, limits: .init(maximum: 2)) { pool in
                let killer = try await PostgresConnection.connect(configuration)
                let errors = try await pool.withConnection { connection in
                    let session = try await connection.query("SELECT pg_backend_pid()")[0][0].int
                    return try await withThrowingTaskGroup(of: PostgresError?.self) { group in
                        for sql in ["SELECT pg_sleep(60)", "SELECT 1", "SELECT 2"] {
                            group.addTask {
                                await postgresError { try await connection.query(sql) }
                            }
                        }
                        try await poll("the statement never ran") {
                            try await killer.query(
                                "SELECT count(*) FROM pg_stat_activity WHERE pid = $1 AND wait_event = 'PgSleep'",
                                .int(session))[0][0].int == 1
                        }
                        try await killer.query("SELECT pg_terminate_backend($1)", .int(session))
                        return try await group.reduce(into: []) { $0.append($1?.code) }
                    }
                }
                // Statements may overtake each other before the connection, so one may have been answered first; the
                // one that sleeps was not.
                #expect(errors.contains { $0 == .connectionLost })
                #expect(errors.allSatisfy { $0 == nil || $0 == .connectionLost })
                #expect(try await pool.query("SELECT 1")[0][0].int == 1)
                await killer.close()
            }
        }
    }

    @Test func aSessionThatEndsWhileIdleLeavesThePool() async throws {
        try await TestPostgres.withDatabase { configuration in
            try await withPostgresPool(configuration) { pool in
                let session = try await pool.query("SELECT pg_backend_pid()")[0][0].int
                let killer = try await PostgresConnection.connect(configuration)
                try await killer.query("SELECT pg_terminate_backend($1)", .int(session))
                try await poll("the pool keeps a dead connection") { pool.openConnections == 0 }
                #expect(try await pool.query("SELECT 1")[0][0].int == 1)
                await killer.close()
            }
        }
    }

    @Test func aFailedOpeningIsReportedAndFreesItsPlace() async throws {
        let server = try await TestPostgres.shared()
        let pool = PostgresPool(
            configuration: server.configuration.with(database: "absent"), limits: .init(maximum: 1))
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<5 {
                group.addTask {
                    let error = await postgresError { try await pool.query("SELECT 1") }
                    #expect(error?.sqlState == SQLState.invalidDatabase)
                }
            }
        }
        #expect(pool.openConnections == 0)
        await pool.shutdown()
    }

    @Test func shutdownWaitsForWhatIsOut() async throws {
        try await TestPostgres.withDatabase { configuration in
            let pool = PostgresPool(configuration: configuration)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await pool.run() }
                try await pool.withConnection { connection in
                    group.cancelAll()
                    try await poll("the pool still takes requests") {
                        do throws(PostgresError) {
                            try await pool.query("SELECT 1")
                            return false
                        } catch {
                            return error.code == .closed
                        }
                    }
                    #expect(try await connection.query("SELECT 1")[0][0].int == 1)
                }
                try await group.waitForAll()
            }
            #expect(pool.openConnections == 0)
        }
    }

    @Test func readsDoNotWaitForExclusiveWork() async throws {
        try await withTestPool(limits: .init(maximum: 2)) { pool in
            try await pool.withConnection { connection in
                try await connection.query("SELECT 1")
                #expect(try await pool.query("SELECT 5")[0][0].int == 5)
            }
            #expect(pool.openConnections == 2)
        }
    }
}
