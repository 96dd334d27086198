package import Postgres

/// Finding the items of a table whose time has come, and the index that does it.
///
/// ExtendDB indexes the attribute cast to `bigint`, and with that index in place refuses every item whose attribute is
/// a number of another kind, which DynamoDB stores without a word. Ours casts to `numeric`, which holds every number of
/// an item, and has a name of its own; `ttl_index_ready` stays false, so that ExtendDB's server makes its own index when
/// it serves the database.
package struct ExpiryStatements: Sendable {
    private let relation: String
    private let tableID: String
    /// When an item expires: unix seconds, as a `numeric`.
    private let time: String
    /// The attribute is there, and is a number.
    private let isTimed: String

    /// Items whose time lies further back are left alone ("must not be older than five years", "Computing Time to Live
    /// (TTL)"): a wrong unit or a zero is no reason to lose an item. Seconds.
    package static let oldest: Int64 = 5 * 365 * 86_400

    package init(_ table: PhysicalTable, attribute: String) {
        relation = table.relation
        tableID = table.tableID
        let number = "(item_data->\(PostgresLiteral.quote(attribute))->>'N')"
        time = "(\(number)::numeric)"
        isTimed = "\(number) IS NOT NULL"
    }

    /// `item_data` of items that have expired, the oldest first, locked until the transaction ends. What somebody else
    /// is changing is passed over, and an item that was changed since is judged anew.
    ///
    /// - Parameter now: unix seconds.
    package func due(at now: Int64, limit: Int) -> PostgresQuery {
        PostgresQuery(
            """
            SELECT item_data FROM \(relation) WHERE \(isTimed) AND \(time) <= $1 AND \(time) > $2
            ORDER BY \(time) LIMIT $3::bigint FOR UPDATE SKIP LOCKED
            """, [.int(now), .int(now - Self.oldest), .int(limit)])
    }

    /// The time of the item that expires next, or has expired; NULL if there is none.
    package func next(at now: Int64) -> PostgresQuery {
        PostgresQuery(
            "SELECT min(\(time))::float8 FROM \(relation) WHERE \(isTimed) AND \(time) > $1",
            [.int(now - Self.oldest)])
    }

    private static func indexName(_ tableID: String) -> String {
        PostgresIdentifier.quote("idx_expiry_" + PhysicalTable.relationName(tableID))
    }

    /// Drops our index and ExtendDB's.
    static func dropIndexes(_ tableID: String) -> [String] {
        let theirs = PostgresIdentifier.quote("idx_ttl_" + PhysicalTable.relationName(tableID))
        return [indexName(tableID), theirs].map { "DROP INDEX IF EXISTS \($0)" }
    }

    /// Makes the index if it is not there, without keeping anybody from writing meanwhile, and then drops ExtendDB's.
    ///
    /// - Parameter connection: outside a transaction.
    /// - Returns: whether it was not there.
    package func makeIndex(on connection: PostgresConnection) async throws -> Bool {
        let name = Self.indexName(tableID)
        let found = try await connection.query(
            PostgresQuery("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass($1)", [.text(name)]))
        let isValid = try found.first?[0].bool
        if isValid == true { return false }
        // One that a stopped server left half made serves nobody.
        if isValid == false { _ = try await run("DROP INDEX CONCURRENTLY IF EXISTS \(name)", connection) }
        _ = try await run(
            "CREATE INDEX CONCURRENTLY IF NOT EXISTS \(name) ON \(relation) (\(time)) WHERE \(isTimed)", connection)
        let theirs = PostgresIdentifier.quote("idx_ttl_" + PhysicalTable.relationName(tableID))
        _ = try await run("DROP INDEX CONCURRENTLY IF EXISTS \(theirs)", connection)
        return true
    }

    private func run(_ sql: String, _ connection: PostgresConnection) async throws -> PostgresResult {
        try await connection.query(PostgresQuery(sql, prepared: false))
    }
}

extension Catalog {
    /// Tables with time to live, as accounts and names. `ttl_index_ready` is not believed in: our index is another one.
    package func expiringTables(on runner: some SQLRunner) async throws -> [(account: String, name: String)] {
        let rows = try await runner.query(
            PostgresQuery(
                """
                SELECT account_id, table_name FROM tables
                WHERE ttl_attribute IS NOT NULL AND table_status IN ('ACTIVE', 'UPDATING')
                ORDER BY account_id COLLATE "C", table_name COLLATE "C"
                """))
        return try rows.map { (try $0[0].string, try $0[1].string) }
    }

    /// Says that ExtendDB's index on a table's attribute is not there.
    package func disownExpiryIndex(of tableID: String, on runner: some SQLRunner) async throws {
        _ = try await runner.query(
            PostgresQuery(
                "UPDATE tables SET ttl_index_ready = false WHERE table_id = $1 AND ttl_index_ready",
                [.text(tableID)]))
    }
}
