import Postgres

/// The rows of `settings` that this layout reads or writes.
package enum SettingsKey: String, Sendable, CaseIterable {
    case catalogVersion = "catalog_version"
    /// The URL of the data database, secret included. Absent or empty: data and catalog share one database.
    case dataDatabaseURL = "data_database_connection_string"
    /// The name that upstream's `destroy` drops, so it must never name another database.
    case dataDatabaseName = "data_database_name"
    /// Base64 of the 32 bytes under which secrets of access keys are sealed.
    case encryptionKey = "encryption_key"
    /// Seconds that CreateTable and DeleteTable pretend to take.
    case controlPlaneDelay = "control_plane_delay_seconds"
    case indexPropagationDelay = "gsi_propagation_delay_ms"
    /// The later name of the same, which newer releases prefer.
    case anyIndexPropagationDelay = "index_propagation_delay_ms"
    case throttling = "throttling_enabled"
    /// Whether keys made elsewhere may be put in; absent, older releases allow it.
    case credentialImport = "allow_credential_import"
    /// Our own: the number of the claim under which a clone was sealed last.
    case sealedUnder = "envctl_claim"
}

/// Reading and writing of `settings`, whose values are all text.
package enum Settings {
    package static func value(_ key: SettingsKey, on runner: some SQLRunner) async throws -> String? {
        let rows = try await runner.query(
            PostgresQuery("SELECT value FROM settings WHERE key = $1", [.text(key.rawValue)]))
        return try rows.first.map { try $0[0].string }
    }

    package static func set(_ key: SettingsKey, to value: String, on runner: some SQLRunner) async throws {
        try await set([(key, value)], on: runner)
    }

    /// Several in one statement; each key once.
    package static func set(_ settings: [(SettingsKey, String)], on runner: some SQLRunner) async throws {
        _ = try await runner.query(
            PostgresQuery(
                """
                INSERT INTO settings (key, value) SELECT * FROM unnest($1::text[], $2::text[])
                ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value
                """,
                [.textArray(settings.map(\.0.rawValue)), .textArray(settings.map(\.1))]))
    }
}
