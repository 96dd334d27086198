package import Postgres

/// Whatever can run a statement: a connection, inside or outside a transaction, or a pool.
package protocol SQLRunner: Sendable {
    func query(_ query: PostgresQuery) async throws(PostgresError) -> PostgresResult
}

extension PostgresConnection: SQLRunner {}
extension PostgresPool: SQLRunner {}
