import Postgres

/// What a given database's layout is: the version says too little, because columns were added under one version and
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
    /// The collation of the database, which columns without one of their own have.
    package var defaultCollation: String
    /// The entries of `schema_history`, sorted.
    package var migrations: [String]

    /// The versions whose layout is known.
    package static let knownVersions = ["0.0.2", "0.0.3"]

    /// The layout that `LayoutBootstrap` makes.
    package static let bootstrapped = LayoutProbe(
        catalogVersion: CatalogSchema.version, hasTableClass: true, hasPendingIndexChanges: false,
        hasAccountScopedTokens: false, hasVectorIndexes: false, escapesControlCharacters: false,
        defaultCollation: "C", migrations: CatalogSchema.history.sorted())

    /// Looks at a database without changing it.
    ///
    /// - Throws: `LayoutError` for a database that holds no catalog, or one that must not be served by this build.
    package static func read(on runner: some SQLRunner) async throws -> LayoutProbe {
        let probe = try await look(on: runner)
        try await probe.check(on: runner)
        return probe
    }

    private static func look(on runner: some SQLRunner) async throws -> LayoutProbe {
        let present = try await runner.query(
            PostgresQuery(
                """
                SELECT to_regclass('settings') IS NOT NULL AND to_regclass('tables') IS NOT NULL
                    AND to_regclass('schema_history') IS NOT NULL,
                to_regclass('gsi_pending') IS NOT NULL, to_regclass('vector_indexes') IS NOT NULL,
                EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('tables')
                    AND attname = 'table_class' AND NOT attisdropped),
                EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('idempotency_tokens')
                    AND attname = 'account_id' AND NOT attisdropped),
                (SELECT datcollate FROM pg_database WHERE datname = current_database()),
                current_database()::text
                """))
        guard let row = present.first, try row[0].bool else {
            throw LayoutError(
                .notACatalog,
                "database '\(try present.first.map { try $0[6].string } ?? "")' holds no ExtendDB catalog: "
                    + "it lacks the tables settings, tables and schema_history")
        }
        let ledger = try await runner.query(
            PostgresQuery("SELECT filename FROM schema_history ORDER BY filename COLLATE \"C\""))
        let migrations = try ledger.map { try $0[0].string }
        guard let version = try await Settings.value(.catalogVersion, on: runner) else {
            throw LayoutError(.notACatalog, "the catalog's settings have no catalog_version")
        }
        return LayoutProbe(
            catalogVersion: version, hasTableClass: try row[3].bool, hasPendingIndexChanges: try row[1].bool,
            hasAccountScopedTokens: try row[4].bool, hasVectorIndexes: try row[2].bool,
            escapesControlCharacters: migrations.contains("004_escape_control_chars"),
            defaultCollation: try row[5].string, migrations: migrations)
    }

    private func check(on runner: some SQLRunner) async throws {
        guard Self.knownVersions.contains(catalogVersion) else {
            throw LayoutError(
                .unsupportedVersion,
                "the catalog has version \(catalogVersion); this server knows "
                    + Self.knownVersions.joined(separator: " and ")
                    + ". Serve it with the ExtendDB release that made it, or import its tables into a snapshot.")
        }
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
