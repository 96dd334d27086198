/// What a clone does with items that expire.
package enum TimeToLivePolicy: Sendable, Hashable {
    /// Items expire as in production.
    case keep
    /// Time to live is off in every table; the snapshot remembers the attributes.
    case freeze
}

/// The only credential that a sealed clone accepts.
package struct SealedCredential: Sendable, Hashable {
    /// The account whose tables the credential sees, 12 digits.
    package let accountID: String
    package let accessKeyID: String
    package let secretAccessKey: String
}

extension SealedCredential: CustomStringConvertible, CustomDebugStringConvertible {
    package var description: String { "SealedCredential(\(accountID), \(accessKeyID))" }
    package var debugDescription: String { description }
}
