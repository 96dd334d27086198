package import DynamoModel

/// Whom a verified signature stands for.
package struct Identity: Sendable, Hashable {
    package let accountID: String
    /// The name of the user that owns the access key, or of the role of a session.
    package let principal: String
    package let accessKeyID: String

    package init(accountID: String, principal: String, accessKeyID: String) {
        self.accountID = accountID
        self.principal = principal
        self.accessKeyID = accessKeyID
    }
}

/// Decides what an identity may do.
///
/// An environment has one user of its own with full access, and every other credential is gone since it was sealed,
/// so whoever can sign may do everything. Policies, when the layout's IAM tables are to be honoured, are decided
/// here and nowhere else: the operations do not ask again.
package struct Authorizer: Sendable {
    package init() {}

    /// - Throws: `AccessDeniedException` when the identity may not perform the operation.
    package func authorize(_ identity: Identity, _ operation: Operation) throws(WireError) {}
}
