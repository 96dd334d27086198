import DynamoModel
import Postgres

/// How item operations reach the database, with the retries that each kind of work allows.
struct ItemDatabase: Sendable {
    let pool: PostgresPool

    /// One SELECT without locks: it shares a pipelined connection with other requests.
    func read(_ query: PostgresQuery) async throws(WireError) -> PostgresResult {
        try await PostgresErrors.wire {
            try await retryingTransient(isRead: true) {
                try await pool.query(query)
            }
        }
    }

    /// Statements that are committed together in one round trip. They may wait for locks, so they have a connection
    /// of their own.
    func write(_ queries: [PostgresQuery]) async throws(WireError) {
        try await PostgresErrors.wire {
            try await retryingTransient {
                try await pool.withConnection { connection in
                    _ = try await connection.pipeline(queries)
                }
            }
        }
    }

    /// SELECTs that see one state of the database, in one round trip: what a transaction committed, they see all of it or
    /// nothing.
    func snapshot(_ queries: [PostgresQuery]) async throws(WireError) -> [PostgresResult] {
        // A single statement is a snapshot by itself, and may share a connection.
        if queries.count == 1 { return [try await read(queries[0])] }
        return try await PostgresErrors.wire {
            try await retryingTransient(isRead: true) {
                try await pool.withConnection { connection in
                    let results = try await connection.pipeline(
                        ["BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"] + queries + ["COMMIT"])
                    return Array(results[1...queries.count])
                }
            }
        }
    }

    /// What a transaction's decision, taken on the rows it has locked, comes to.
    enum Decision<Outcome: Sendable>: Sendable {
        /// Run the statements, commit, and give the outcome.
        case commit([PostgresQuery], Outcome)
        /// Roll back, and give the outcome nevertheless.
        case leave(Outcome)
        /// Roll back and refuse the request.
        case refuse(WireError)
    }

    /// A read-modify-write of one row, or of the rows of one statement; see below.
    func transaction<Outcome: Sendable>(
        locking lock: PostgresQuery, _ decide: (PostgresResult) -> Decision<Outcome>
    ) async throws(WireError) -> Outcome {
        try await transaction(locking: [lock]) { decide($0[0]) }
    }

    /// A read-modify-write in two round trips: begin and lock; then write and commit.
    ///
    /// Rows that exist are locked by `SELECT … FOR UPDATE`. A row that does not exist cannot be locked, so two
    /// transactions may both find a key missing. Both then use a plain INSERT: the second waits for the first and
    /// fails with a unique violation, which undoes it, and it starts over and finds the row. Compared with an advisory
    /// lock on each key, that costs nothing when there is no contention, and it also holds against the single upsert
    /// statement of an unconditional put, which takes no such lock.
    ///
    /// So all locks are held when it commits, and what it decided on is still true then: transactions are serialisable
    /// among themselves and with single writes. Of several rows, lock tables in the order of their identifiers and
    /// keys in the order of the key, and insert in that order too, so that nobody waits in a circle; where that cannot
    /// help (a row that came and was locked between the two round trips), PostgreSQL ends one of the circle and it
    /// starts over.
    ///
    /// - Throws: `TransactionConflictException` if others were in the way all too often.
    func transaction<Outcome: Sendable>(
        locking locks: [PostgresQuery], _ decide: ([PostgresResult]) -> Decision<Outcome>
    ) async throws(WireError) -> Outcome {
        let outcome = try await PostgresErrors.wire { () async throws -> Result<Outcome, WireError> in
            // A key can change hands many times while it is contended; each round means that another one succeeded.
            var rounds = 1
            while true {
                do {
                    return try await retryingTransient(attempts: Self.attempts) {
                        try await pool.withConnection { connection in
                            try await Self.attempt(locks, decide, connection)
                        }
                    }
                } catch let error as PostgresError {
                    if error.isRetryable { throw Self.conflict }
                    guard error.sqlState == SQLState.uniqueViolation else { throw error }
                    guard rounds < Self.rounds else { throw Self.conflict }
                    rounds += 1
                }
            }
        }
        return try outcome.get()
    }

    /// How often a transaction may be the victim of a deadlock.
    private static let attempts = 16
    /// How often a missing row may have been inserted by others in the meantime.
    private static let rounds = 1_000
    private static let conflict = WireError(
        .transactionConflictException, "Transaction is ongoing for the item")

    /// One attempt. If a statement fails, the pool rolls back when it takes the connection back.
    private static func attempt<Outcome: Sendable>(
        _ locks: [PostgresQuery], _ decide: ([PostgresResult]) -> Decision<Outcome>, _ connection: PostgresConnection
    ) async throws -> Result<Outcome, WireError> {
        let locked = try await connection.pipeline(["BEGIN"] + locks)
        switch decide(Array(locked.dropFirst())) {
        case .commit(let statements, let outcome):
            _ = try await connection.pipeline(statements + ["COMMIT"])
            return .success(outcome)
        case .leave(let outcome):
            _ = try await connection.query("ROLLBACK")
            return .success(outcome)
        case .refuse(let error):
            _ = try await connection.query("ROLLBACK")
            return .failure(error)
        }
    }
}

extension PostgresCell {
    /// The item in an `item_data` column.
    var item: Item {
        get throws(WireError) {
            do throws(JSONError) {
                return try withUTF8 { (bytes) throws(JSONError) in try Item(storedJSON: bytes) }
            } catch {
                throw WireError(
                    .internalServerError, "A stored item cannot be read: \(error.reason) at byte \(error.offset)")
            }
        }
    }
}

extension PostgresRow {
    /// The position, from 0, of a row's key among those that were looked for: the first column of the statements on
    /// many keys, which counts from 1.
    var keyPosition: Int {
        get throws(WireError) {
            do throws(PostgresError) {
                return try self[0].int - 1
            } catch {
                throw PostgresErrors.wireError(error)
            }
        }
    }
}
