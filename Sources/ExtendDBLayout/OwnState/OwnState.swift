package import DynamoModel
package import Postgres

/// What this server keeps that ExtendDB's catalog has no place for. It lies in a schema of its own in the catalog's
/// database, where ExtendDB neither looks nor migrates; without it a database says as much as ExtendDB would.
package enum OwnState {
    package static let schema = "envctl"

    private static let tables = [
        "table_details (table_id TEXT PRIMARY KEY, details JSONB NOT NULL)",
        "backup_details (backup_arn TEXT PRIMARY KEY, details JSONB NOT NULL)",
        "resource_policies (resource_arn TEXT PRIMARY KEY, table_id TEXT NOT NULL, policy TEXT NOT NULL, "
            + "revision_id TEXT NOT NULL)",
        "contributor_insights (table_id TEXT NOT NULL, index_name TEXT NOT NULL, mode TEXT NOT NULL, "
            + "enabled BOOLEAN NOT NULL, updated_at DOUBLE PRECISION NOT NULL, PRIMARY KEY (table_id, index_name))",
    ]

    /// What holds copies of items or rights of the source; a sealed clone loses it.
    package static let purged = ["\(schema).backup_details", "\(schema).resource_policies"]

    static let statements =
        ["CREATE SCHEMA IF NOT EXISTS \(schema)"] + tables.map { "CREATE TABLE IF NOT EXISTS \(schema).\($0)" }

    /// The table that came last: where it is, all of them are.
    private static let last = "\(schema).contributor_insights"

    /// Makes the schema in a copy of a database that has none, or an older form of it, such as a snapshot that an
    /// earlier release imported. It belongs to the owner of ExtendDB's own tables, as the server's role does.
    ///
    /// - Parameter catalog: with the right to make objects for that owner.
    static func make(on catalog: PostgresConnection) async throws {
        let rows = try await catalog.query(
            PostgresQuery(
                """
                SELECT to_regclass($1) IS NOT NULL, pg_get_userbyid(relowner)::text FROM pg_class
                WHERE oid = to_regclass('settings')
                """, [.text(last)]))
        guard let row = rows.first, try !row[0].bool else { return }
        let owner = PostgresIdentifier.quote(try row[1].string)
        let names = tables.compactMap { $0.split(separator: " ").first }
        let owned =
            ["ALTER SCHEMA \(schema) OWNER TO \(owner)"]
            + names.map { "ALTER TABLE \(schema).\($0) OWNER TO \(owner)" }
        try await catalog.execute(script: (statements + owned).joined(separator: ";\n"))
    }

    /// Makes the schema in a database that has none, or an older form of it.
    ///
    /// - Returns: `false` if there is none and the role may not make one. A sealed clone has it (``make(on:)``), so this
    ///   is a database that somebody else gave the server a role in.
    package static func ensure(on pool: PostgresPool) async throws -> Bool {
        let rows = try await pool.query(
            PostgresQuery(
                """
                SELECT to_regclass($1) IS NOT NULL,
                    has_database_privilege(current_database(), 'CREATE') OR to_regnamespace($2) IS NOT NULL
                """, [.text(last), .text(schema)]))
        guard let row = rows.first else { return false }
        if try row[0].bool { return true }
        guard try row[1].bool else { return false }
        try await pool.transaction { connection in
            try await connection.execute(script: statements.joined(separator: ";\n"))
        }
        return true
    }
}

/// Details of tables.
extension Catalog {
    package func details(of tableID: String, on runner: some SQLRunner) async throws -> TableDetails {
        guard hasOwnState else { return TableDetails() }
        let rows = try await runner.query(
            PostgresQuery("SELECT details FROM \(OwnState.schema).table_details WHERE table_id = $1", [.text(tableID)]))
        guard let row = rows.first else { return TableDetails() }
        do {
            return TableDetails(json: try JSONValue(parsing: row[0].bytes))
        } catch let error as JSONError {
            throw LayoutError(.unreadable, "the details of table \(tableID): \(error)")
        }
    }

    package func set(_ details: TableDetails, of tableID: String, on runner: some SQLRunner) async throws {
        guard !details.isEmpty else {
            guard hasOwnState else { return }
            _ = try await runner.query(
                PostgresQuery("DELETE FROM \(OwnState.schema).table_details WHERE table_id = $1", [.text(tableID)]))
            return
        }
        try requireOwnState()
        _ = try await runner.query(
            PostgresQuery(
                """
                INSERT INTO \(OwnState.schema).table_details (table_id, details) VALUES ($1, $2)
                ON CONFLICT (table_id) DO UPDATE SET details = EXCLUDED.details
                """,
                [.text(tableID), .utf8(details.json)]))
    }

    /// Forgets a table that is deleted. Its backups stay.
    package func forgetOwnState(of table: TableRecord, on connection: PostgresConnection) async throws {
        guard hasOwnState else { return }
        for name in ["table_details", "resource_policies", "contributor_insights"] {
            _ = try await connection.query(
                PostgresQuery("DELETE FROM \(OwnState.schema).\(name) WHERE table_id = $1", [.text(table.tableID)]))
        }
    }

    /// - Throws: `LayoutError` where nothing of our own can be kept.
    func requireOwnState() throws(LayoutError) {
        guard !hasOwnState else { return }
        throw LayoutError(
            .unsupportedFeature,
            "the database has no schema '\(OwnState.schema)' and its role may not make one: GRANT CREATE ON DATABASE to the "
                + "role")
    }
}
