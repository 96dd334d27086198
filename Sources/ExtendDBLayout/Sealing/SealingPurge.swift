import Postgres

/// Removes production's secrets and history from one database of a copy.
enum SealingPurge {
    /// Change records hold images of items, also of deleted ones; tokens would make a repeated request a silent no-op;
    /// backups hold copies of items and lead to the source's backup store; the holds of vector indexes belong to builds
    /// that run elsewhere.
    static let tables = [
        "access_keys", "iam_sessions", "admin_users", "login_attempts", "idempotency_tokens", "stream_records",
        "metrics", "backup_items", "backups", "backup_definitions", "table_restores", "continuous_backups",
        "vector_index_holds",
    ]

    /// Empties what there is of `tables`. TRUNCATE leaves no dead rows behind, but makes a new file; so it is used on
    /// tables with rows only.
    static func history(on connection: PostgresConnection) async throws {
        let filled = try await filled(on: connection)
        guard !filled.isEmpty else { return }
        try await connection.execute(script: "TRUNCATE \(filled.joined(separator: ", ")) CASCADE")
    }

    /// Those of `tables` that have rows.
    static func filled(on runner: some SQLRunner) async throws -> [String] {
        let present = try await runner.query(
            PostgresQuery(
                "SELECT name FROM unnest($1::text[]) AS name WHERE to_regclass(name) IS NOT NULL",
                [.textArray(tables)]))
        let names = try present.map { try $0[0].string }
        guard !names.isEmpty else { return [] }
        let columns = names.map { "EXISTS (SELECT FROM \($0))" }.joined(separator: ", ")
        guard let row = try await runner.query(PostgresQuery("SELECT \(columns)", prepared: false)).first else {
            return []
        }
        var filled: [String] = []
        for (position, name) in names.enumerated() where try row[position].bool { filled.append(name) }
        return filled
    }

    /// Takes PostgreSQL's statistics of what was emptied: samples of the values that ANALYZE saw in production, the
    /// settings and their password among them, which outlive the rows. Defining a column's type anew drops its sample
    /// and rewrites nothing.
    static func statistics(on connection: PostgresConnection) async throws {
        let rows = try await connection.query(
            PostgresQuery(
                """
                SELECT format('ALTER TABLE %s %s', a.attrelid::regclass, string_agg(format('ALTER %I TYPE %s%s',
                    a.attname, format_type(a.atttypid, a.atttypmod),
                    CASE WHEN a.attcollation <> t.typcollation THEN ' COLLATE ' || a.attcollation::regcollation END),
                    ', ' ORDER BY a.attnum))
                FROM pg_stats s
                JOIN pg_attribute a ON a.attrelid = to_regclass(format('%I.%I', s.schemaname, s.tablename))
                    AND a.attname = s.attname
                JOIN pg_type t ON t.oid = a.atttypid
                WHERE s.tablename = ANY ($1) AND pg_table_is_visible(a.attrelid) GROUP BY a.attrelid
                """,
                [.textArray(sampled)]))
        for row in rows { try await connection.execute(script: try row[0].string) }
    }

    /// Tables whose samples hold what sealing removes.
    static let sampled = tables + ["settings", "iam_users", "gsi_pending"]

    /// Takes the users' passwords. A new definition of the column writes the table anew, so that no dead row keeps them.
    static func passwords(on catalog: PostgresConnection) async throws {
        let rows = try await catalog.query(
            "SELECT EXISTS (SELECT FROM iam_users WHERE password_hash IS NOT NULL)")
        guard let row = rows.first, try row[0].bool else { return }
        try await catalog.execute(script: "ALTER TABLE iam_users ALTER password_hash TYPE text USING NULL::text")
    }

    /// Writes the settings anew after they were changed: the dead rows hold production's password and its key.
    static func deadSettings(on catalog: PostgresConnection) async throws {
        try await catalog.execute(script: "ALTER TABLE settings ALTER value TYPE text USING value || ''")
    }
}
