package import Postgres

/// Makes an empty database an ExtendDB database.
package enum LayoutBootstrap {
    /// Creates every relation of catalog and data, the settings and one account, in one transaction.
    ///
    /// The objects belong to the connection's current role, so a caller that wants a group role to own them sets that
    /// role first.
    ///
    /// - Parameters:
    ///   - accountID: 12 digits; the account that will own the tables.
    ///   - encryptionKey: the 32 bytes under which access keys are sealed; sealing a clone replaces them.
    ///   - databaseName: the name for `data_database_name`; the connection's database if `nil`.
    package static func create(
        on connection: PostgresConnection, accountID: String, accountName: String = "default",
        encryptionKey: [UInt8], databaseName: String? = nil
    ) async throws {
        let digits = accountID.utf8.allSatisfy { (0x30...0x39).contains($0) }
        guard accountID.utf8.count == 12, digits else {
            throw LayoutError(.conflict, "an account id has 12 digits, not '\(accountID)'")
        }
        let key = try EncryptionKey(bytes: encryptionKey)
        try await connection.transaction { connection in
            try await connection.execute(script: CatalogSchema.statements.joined(separator: ";\n"))
            try await connection.execute(script: OwnState.statements.joined(separator: ";\n"))
            for file in CatalogSchema.history {
                _ = try await connection.query(
                    PostgresQuery(
                        "INSERT INTO schema_history (filename) VALUES ($1)", [.text(file)]))
            }
            _ = try await connection.query(
                PostgresQuery(
                    "INSERT INTO accounts (account_id, account_name) VALUES ($1, $2)",
                    [.text(accountID), .text(accountName)]))
            let name: String
            if let databaseName {
                name = databaseName
            } else {
                name = try await currentDatabase(on: connection)
            }
            let settings: [(SettingsKey, String)] = [
                (.catalogVersion, CatalogSchema.version), (.dataDatabaseURL, ""), (.dataDatabaseName, name),
                (.encryptionKey, key.base64), (.controlPlaneDelay, "0"), (.indexPropagationDelay, "0"),
            ]
            try await Settings.set(settings, on: connection)
        }
    }

    static func currentDatabase(on runner: some SQLRunner) async throws -> String {
        let rows = try await runner.query(PostgresQuery("SELECT current_database()::text"))
        guard let row = rows.first else { throw LayoutError(.unreadable, "the server names no current database") }
        return try row[0].string
    }
}
