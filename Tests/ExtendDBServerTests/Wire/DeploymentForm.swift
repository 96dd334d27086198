import AWS
import ExtendDBLayout
import Postgres
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// What a server under test serves.
enum DeploymentForm: Sendable, Hashable, CaseIterable, CustomTestStringConvertible {
    /// Our own layout: catalog and data in one database.
    case oneDatabase
    /// ExtendDB's own two databases, at one of its levels.
    case twoDatabases(ExtendDBLevel)

    /// What tests use that say nothing about it: one database, or the level in `ENVCTL_TEST_LAYOUT`, so that the whole
    /// suite can be run on each.
    static let standard: DeploymentForm = {
        guard let level = getenv("ENVCTL_TEST_LAYOUT").flatMap({ ExtendDBLevel(rawValue: String(cString: $0)) }) else {
            return .oneDatabase
        }
        return .twoDatabases(level)
    }()

    /// Enough for what does not depend on the level.
    static let allCases: [DeploymentForm] = [.oneDatabase, .twoDatabases(.first), .twoDatabases(.second)]

    /// Whether the catalog has a column for everything that CreateTable takes.
    var keepsEveryOption: Bool { self != .twoDatabases(.first) }

    var testDescription: String {
        switch self {
        case .oneDatabase: "one database"
        case .twoDatabases(let level): "two databases at \(level.rawValue)"
        }
    }
}

/// Runs `body` with an empty deployment that has one user and its access key.
///
/// - Parameter body: gets the catalog's database, the name of the data database if it is another one, and the key.
func withDeployment<Value: Sendable>(
    _ form: DeploymentForm,
    _ body: @Sendable (PostgresConfiguration, String?, AWSCredentials) async throws -> Value
) async throws -> Value {
    switch form {
    case .oneDatabase:
        return try await TestPostgres.withDatabase { database in
            try await body(database, nil, makeLayout(in: database))
        }
    case .twoDatabases(let level):
        return try await TestPostgres.withDatabase { catalog in
            try await TestPostgres.withDatabase { data in
                try await ExtendDBDeployment.make(
                    level, catalog: catalog, data: data, account: WireHarness.accountID)
                let key = try await withPostgresPool(catalog) { pool in
                    try await pool.withConnection { connection in
                        try await AccessKeyStore().mint(account: WireHarness.accountID, on: connection)
                    }
                }
                return try await body(
                    catalog, data.database,
                    AWSCredentials(accessKeyID: key.accessKeyID, secretAccessKey: key.secretAccessKey))
            }
        }
    }
}
