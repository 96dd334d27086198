import Postgres

/// What a given deployment's layout is: the version says too little, because columns were added under one version and
/// data migrations are recorded apart.
package struct LayoutProbe: Sendable, Hashable {
    /// `settings.catalog_version`.
    package var catalogVersion: String
    /// `tables` has `table_class`, `sse_specification` and `on_demand_throughput`.
    package var hasTableClass: Bool
    /// Index changes of another server may be waiting in `gsi_pending`.
    package var hasPendingIndexChanges: Bool
    /// `idempotency_tokens` is keyed by account and token.
    package var hasAccountScopedTokens: Bool
    package var hasVectorIndexes: Bool
    /// Text is stored with U+0000 and U+0001 escaped.
    package var escapesControlCharacters: Bool
    /// The collation of the database that holds the items, which columns without one of their own have.
    package var defaultCollation: String
    /// The entries of `schema_history`, in both databases, sorted.
    package var migrations: [String]

    /// The versions whose layout is known.
    package static let knownVersions = ["0.0.2", "0.0.3"]

    /// The layout that `LayoutBootstrap` makes.
    package static let bootstrapped = LayoutProbe(
        catalogVersion: CatalogSchema.version, hasTableClass: true, hasPendingIndexChanges: false,
        hasAccountScopedTokens: false, hasVectorIndexes: false, escapesControlCharacters: false,
        defaultCollation: "C", migrations: CatalogSchema.history.sorted())

    /// Looks at a deployment without changing it.
    ///
    /// - Parameters:
    ///   - runner: to the database that holds the catalog.
    ///   - data: to the data database; nil if the catalog's database holds the data too.
    /// - Throws: `LayoutError` for a database that holds no catalog, or one that must not be served by this build.
    package static func read(
        on runner: some SQLRunner, data: (any SQLRunner)? = nil
    ) async throws -> LayoutProbe {
        // The version comes first: what else must be there depends on it.
        let version = try await version(on: runner)
        guard knownVersions.contains(version) else {
            throw LayoutError(
                .unsupportedVersion,
                "the catalog has version \(version); this server knows \(knownVersions.joined(separator: " and ")). "
                    + "Serve it with the ExtendDB release that made it, or import its tables into a snapshot.")
        }
        try await require(catalogTables, "catalog", on: runner)
        try await require(dataTables, "data", on: data ?? runner)
        let probe = try await look(version, on: runner, data: data ?? runner)
        try await probe.check(on: runner)
        return probe
    }

    /// What this build reads or seals in a catalog; all of it is in every known version.
    private static let catalogTables = [
        "accounts", "tables", "indexes", "tags", "schema_history", "admin_users", "iam_users", "access_keys",
        "iam_group_members", "iam_sessions", "iam_policies", "iam_permissions_boundaries", "login_attempts",
    ]
    private static let dataTables = ["stream_shards", "stream_records", "stream_seq", "idempotency_tokens"]

    private static func version(on runner: some SQLRunner) async throws -> String {
        try await require(["settings", "tables", "schema_history"], "catalog", on: runner)
        guard let version = try await Settings.value(.catalogVersion, on: runner) else {
            throw LayoutError(.notACatalog, "the catalog's settings have no catalog_version")
        }
        return version
    }

    private static func require(_ names: [String], _ what: String, on runner: any SQLRunner) async throws {
        let rows = try await runner.query(
            PostgresQuery(
                """
                SELECT current_database()::text,
                    (SELECT array_agg(name) FROM unnest($1::text[]) AS name WHERE to_regclass(name) IS NULL)
                """,
                [.textArray(names)]))
        guard let row = rows.first, let missing = try row[1].orNil?.textArray.compactMap({ $0 }) else { return }
        throw LayoutError(
            .notACatalog,
            "database '\(try row[0].string)' holds no ExtendDB \(what): it lacks "
                + (missing.count == 1 ? "the table " : "the tables ") + missing.joined(separator: ", "))
    }

    private static func look(
        _ version: String, on runner: some SQLRunner, data: any SQLRunner
    ) async throws -> LayoutProbe {
        let catalog = try await runner.query(
            PostgresQuery(
                """
                SELECT to_regclass('vector_indexes') IS NOT NULL,
                EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('tables')
                    AND attname = 'table_class' AND NOT attisdropped)
                """))
        let stored = try await data.query(
            PostgresQuery(
                """
                SELECT to_regclass('gsi_pending') IS NOT NULL,
                EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('idempotency_tokens')
                    AND attname = 'account_id' AND NOT attisdropped),
                to_regclass('schema_history') IS NOT NULL,
                to_regclass('data_code_migration_progress') IS NOT NULL,
                (SELECT coalesce(nullif(to_jsonb(d) ->> 'daticulocale', ''), d.datcollate) FROM pg_database d
                    WHERE datname = current_database())
                """))
        guard let catalog = catalog.first, let stored = stored.first else {
            throw LayoutError(.unreadable, "the server does not answer questions about the layout")
        }
        // The first release keeps a ledger in the catalog alone.
        var migrations = Set(try await ledger(on: runner))
        if try stored[2].bool { migrations.formUnion(try await ledger(on: data)) }
        let escapes = "004_escape_control_chars"
        return LayoutProbe(
            catalogVersion: version, hasTableClass: try catalog[1].bool, hasPendingIndexChanges: try stored[0].bool,
            hasAccountScopedTokens: try stored[1].bool, hasVectorIndexes: try catalog[0].bool,
            // A migration under way has changed some tables and others not.
            escapesControlCharacters: try migrations.contains(escapes) || stored[3].bool,
            defaultCollation: try stored[4].string, migrations: migrations.sorted())
    }

    private static func ledger(on runner: any SQLRunner) async throws -> [String] {
        try await runner.query(PostgresQuery("SELECT filename FROM schema_history")).map { try $0[0].string }
    }

    private func check(on runner: some SQLRunner) async throws {
        guard !escapesControlCharacters else {
            throw LayoutError(
                .unsupportedFeature,
                "the database stores control characters escaped (migration 004_escape_control_chars), which this "
                    + "server does not read")
        }
        if hasVectorIndexes {
            let rows = try await runner.query(
                PostgresQuery("SELECT index_name FROM vector_indexes ORDER BY index_name LIMIT 1"))
            if let row = rows.first {
                throw LayoutError(
                    .unsupportedFeature,
                    "the catalog has the vector index '\(try row[0].string)', which this server does not maintain")
            }
        }
    }
}
