import DynamoModel
import ExtendDBLayout
import Postgres

/// What a signature is verified with, and for whom it stands.
struct Credential: Sendable {
    var secretAccessKey: String
    /// Of a temporary credential; the request must carry it too.
    var sessionToken: String?
    var accountID: String
    /// The name of the user, or of the role of a session.
    var principal: String
    var isActive: Bool
    /// Seconds since 1970; `nil` for a credential that does not expire.
    var expiresAt: Double?
}

/// The access keys of the catalog, so that a request costs no look into it.
///
/// A key that was found is believed for 60 seconds, one that was not found for 5: the same as ExtendDB's own cache,
/// so whoever changes keys in the catalog waits no longer here than there.
final class CredentialCache: Sendable {
    static let lifetime = Duration.seconds(60)
    static let negativeLifetime = Duration.seconds(5)

    private let pool: PostgresPool
    private let gate: LayoutGate
    private let credentials = CoalescingCache<String, Credential?>(capacity: 4096)

    init(pool: PostgresPool, gate: LayoutGate) {
        self.pool = pool
        self.gate = gate
    }

    /// - Returns: `nil` when there is no such key.
    func credential(_ accessKeyID: String) async throws(WireError) -> Credential? {
        // The prefixes of long-term and temporary keys are all that the catalog holds ("IAM identifiers").
        guard accessKeyID.hasPrefix("AKIA") || accessKeyID.hasPrefix("ASIA") else { return nil }
        return try await credentials.value(for: accessKeyID) { () async throws(WireError) in
            let credential = try await load(accessKeyID)
            return .init(
                value: credential, lifetime: credential == nil ? Self.negativeLifetime : Self.lifetime)
        }
    }

    private func load(_ accessKeyID: String) async throws(WireError) -> Credential? {
        // A database that is no layout is refused for that, and not because it has no access keys.
        _ = try await gate.catalog()
        let key = try await PostgresErrors.wire {
            try await retryingTransient(isRead: true) {
                try await AccessKeyStore().find(accessKeyID, on: pool)
            }
        }
        return key.map { key in
            Credential(
                secretAccessKey: key.secretAccessKey, sessionToken: key.sessionToken, accountID: key.accountID,
                principal: key.principal, isActive: key.isActive, expiresAt: key.expiresAt)
        }
    }
}
