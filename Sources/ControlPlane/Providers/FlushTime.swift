import Environments
import Postgres

/// How long the server's disk takes to make something durable.
enum FlushTime {
    /// The quickest of several is free of whatever else the machine was doing.
    private static let tries = 8

    /// What a commit takes longer than a statement that commits nothing. (A transaction that was given a number has its
    /// commit flushed, though it changed nothing.)
    static func measure(_ admin: PostgresAdmin) async throws(ControlError) -> Duration {
        try await admin.session("measure the server's disk") { connection in
            let nothing = try await quickest("SELECT 1", on: connection)
            let commit = try await quickest("SELECT txid_current()", on: connection)
            return max(.zero, commit - nothing)
        }
    }

    private static func quickest(
        _ statement: String, on connection: PostgresConnection
    ) async throws(PostgresError) -> Duration {
        var quickest = Duration.seconds(60)
        // The first one is prepared, and not counted.
        for attempt in 0...tries {
            let start = ContinuousClock.now
            try await connection.query(statement)
            if attempt > 0 { quickest = min(quickest, start.duration(to: .now)) }
        }
        return quickest
    }
}
