package import Postgres

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Which of the layouts that ExtendDB has had a deployment has.
package enum ExtendDBLevel: String, Sendable, CaseIterable {
    /// The first release.
    case first = "0.0.2"
    /// A later edition of the same catalog version: three more columns.
    case edited = "0.0.2-edited"
    /// Catalog 0.0.3, and a data database with a ledger, `gsi_pending` and tokens by account.
    case second = "0.0.3"

    var catalogScripts: [String] {
        switch self {
        case .first: ["catalog-0.0.2"]
        case .edited: ["catalog-0.0.2", "catalog-0.0.2-edited"]
        case .second: ["catalog-0.0.2", "catalog-0.0.2-edited", "catalog-0.0.3"]
        }
    }

    var dataScripts: [String] {
        self == .second ? ["data-0.0.2", "data-0.0.3"] : ["data-0.0.2"]
    }
}

/// Databases as ExtendDB's own server makes them, by the scripts in `Tests/Fixtures/ExtendDB`, which are written from
/// the description of its layout and share nothing with our sources.
package enum ExtendDBDeployment {
    /// An empty catalog database with one account and an encryption key, and its empty data database.
    package static func make(
        _ level: ExtendDBLevel, catalog: PostgresConfiguration, data: PostgresConfiguration, account: String
    ) async throws {
        try await run(level.catalogScripts, on: catalog)
        try await run(level.dataScripts, on: data)
        try await withPostgresPool(catalog) { pool in
            _ = try await pool.query("INSERT INTO accounts VALUES ($1, 'default')", .text(account))
            _ = try await pool.query(
                """
                INSERT INTO settings VALUES ('encryption_key', $1), ('data_database_name', $2),
                    ('data_database_connection_string', $3)
                """,
                .text("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="), .text(data.database), .text(data.url))
        }
    }

    /// Runs scripts of the folder in a database, each in a transaction.
    package static func run(_ scripts: [String], on database: PostgresConfiguration) async throws {
        let connection = try await PostgresConnection.connect(database)
        do {
            for script in scripts {
                _ = try await connection.execute(script: text(script))
            }
            await connection.close()
        } catch {
            await connection.close()
            throw error
        }
    }

    private static func text(_ script: String) throws -> String {
        let here = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        let path = (here.dropLast(2) + ["Fixtures", "ExtendDB", script + ".sql"]).joined(separator: "/")
        return try String(contentsOf: URL(filePath: path), encoding: .utf8)
    }
}
