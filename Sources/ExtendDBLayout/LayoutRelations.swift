import Postgres

/// Which of the relations that a layout is known by a database has; read in one statement that touches none of them.
struct LayoutRelations: Sendable {
    let database: String
    private let present: Set<String>
    /// `tables` has `table_class`.
    let hasTableClass: Bool
    /// `idempotency_tokens` has `account_id`.
    let hasAccountScopedTokens: Bool
    /// The collation of columns without one of their own.
    let defaultCollation: String

    /// Where the version stands.
    static let versioned = ["settings", "tables", "schema_history"]
    /// What this build reads or seals in a catalog; all of it is in every known version.
    static let catalog = [
        "accounts", "tables", "indexes", "tags", "schema_history", "admin_users", "iam_users", "access_keys",
        "iam_group_members", "iam_sessions", "iam_policies", "iam_permissions_boundaries", "login_attempts",
    ]
    static let data = ["stream_shards", "stream_records", "stream_seq", "idempotency_tokens"]
    /// What some versions have.
    enum Occasional: String, CaseIterable {
        case vectorIndexes = "vector_indexes"
        case pendingIndexChanges = "gsi_pending"
        case migrationProgress = "data_code_migration_progress"
        case ledger = "schema_history"
    }

    static func read(on runner: any SQLRunner) async throws -> LayoutRelations {
        let names = Set(versioned + catalog + data + Occasional.allCases.map(\.rawValue)).sorted()
        let rows = try await runner.query(
            PostgresQuery(
                """
                SELECT current_database()::text,
                (SELECT coalesce(array_agg(name), '{}') FROM unnest($1::text[]) AS name
                    WHERE to_regclass(name) IS NOT NULL),
                EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('tables')
                    AND attname = 'table_class' AND NOT attisdropped),
                EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('idempotency_tokens')
                    AND attname = 'account_id' AND NOT attisdropped),
                -- The name of the column with ICU's locale is another one since PostgreSQL 17.
                (SELECT coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale', d.datcollate)
                    FROM pg_database d WHERE datname = current_database())
                """,
                [.textArray(names)]))
        guard let row = rows.first else {
            throw LayoutError(.unreadable, "the server does not answer questions about the layout")
        }
        return LayoutRelations(
            database: try row[0].string, present: Set(try row[1].textArray.compactMap { $0 }),
            hasTableClass: try row[2].bool, hasAccountScopedTokens: try row[3].bool,
            defaultCollation: try row[4].string)
    }

    func has(_ relation: Occasional) -> Bool { present.contains(relation.rawValue) }

    /// - Parameter what: completes "holds no ExtendDB …".
    func require(_ names: [String], _ what: String) throws(LayoutError) {
        let missing = names.filter { !present.contains($0) }
        guard !missing.isEmpty else { return }
        throw LayoutError(
            .notACatalog,
            "database '\(database)' holds no ExtendDB \(what): it lacks "
                + (missing.count == 1 ? "the table " : "the tables ") + missing.joined(separator: ", "))
    }
}
