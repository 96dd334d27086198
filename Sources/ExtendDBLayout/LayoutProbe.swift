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
        let relations = try await LayoutRelations.read(on: runner)
        try relations.require(LayoutRelations.versioned, "catalog")
        // The version comes first: what else must be there depends on it.
        let (version, ledger) = try await history(on: runner)
        guard knownVersions.contains(version) else {
            throw LayoutError(
                .unsupportedVersion,
                "the catalog has version \(version); this server knows \(knownVersions.joined(separator: " and ")). "
                    + "Serve it with the ExtendDB release that made it, or import its tables into a snapshot.")
        }
        try relations.require(LayoutRelations.catalog, "catalog")
        let stored: LayoutRelations = if let data { try await .read(on: data) } else { relations }
        try stored.require(LayoutRelations.data, "data")
        var migrations = Set(ledger)
        // The first release keeps a ledger in the catalog alone.
        if let data, stored.has(.ledger) { migrations.formUnion(try await self.ledger(on: data)) }
        let probe = LayoutProbe(
            catalogVersion: version, hasTableClass: relations.hasTableClass,
            hasPendingIndexChanges: stored.has(.pendingIndexChanges),
            hasAccountScopedTokens: stored.hasAccountScopedTokens, hasVectorIndexes: relations.has(.vectorIndexes),
            // A migration under way has changed some tables and others not.
            escapesControlCharacters: migrations.contains("004_escape_control_chars") || stored.has(.migrationProgress),
            defaultCollation: stored.defaultCollation, migrations: migrations.sorted())
        try await probe.check(on: runner)
        return probe
    }

    /// The catalog's version and its ledger.
    private static func history(on runner: some SQLRunner) async throws -> (version: String, ledger: [String]) {
        let rows = try await runner.query(
            PostgresQuery(
                """
                SELECT value, (SELECT coalesce(array_agg(filename), '{}') FROM schema_history) FROM settings
                WHERE key = $1
                """, [.text(SettingsKey.catalogVersion.rawValue)]))
        guard let row = rows.first else {
            throw LayoutError(.notACatalog, "the catalog's settings have no catalog_version")
        }
        return (try row[0].string, try row[1].textArray.compactMap { $0 })
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
