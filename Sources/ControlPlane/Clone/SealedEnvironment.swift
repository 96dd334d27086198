package import Environments

/// What sealing a clone gives: the only credential that its server accepts.
package struct SealedEnvironment: Sendable, Hashable {
    package var accountID: String
    package var accessKeyID: String
    @Secret package var secretAccessKey: String

    package init(accountID: String, accessKeyID: String, secretAccessKey: String) {
        self.accountID = accountID
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
    }
}

/// What sealing needs to know.
package struct SealRequest: Sendable, Hashable {
    /// The clone: catalog and data, or the catalog of a pair.
    package var database: String
    /// The data database of a pair, on the same server; nil: the clone is one database.
    package var dataDatabase: String?
    /// The environment's role and its password.
    package var role: String
    @Secret package var rolePassword: String
    /// The account whose tables the snapshot holds (12 digits).
    package var accountID: String
    /// The credential that the clone shall accept instead of a new one: a reset keeps what users were given.
    package var keeping: EnvironmentCredential?
    /// The number of the claim under which the worker acts; see `Sealing.seal`.
    package var claim: Int64
    /// Whether items expire in the clone as their TTL attribute says.
    package var expiresItems: Bool

    /// What the role must be able to connect to, and nothing else.
    package var databases: [String] { [database] + (dataDatabase.map { [$0] } ?? []) }

    package init(
        database: String, dataDatabase: String? = nil, role: String, rolePassword: String, accountID: String,
        keeping: EnvironmentCredential? = nil, claim: Int64 = 0, expiresItems: Bool = true
    ) {
        self.database = database
        self.dataDatabase = dataDatabase
        self.role = role
        self.rolePassword = rolePassword
        self.accountID = accountID
        self.keeping = keeping
        self.claim = claim
        self.expiresItems = expiresItems
    }
}
