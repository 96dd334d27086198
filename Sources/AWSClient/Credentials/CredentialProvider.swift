package import AWS

/// Credentials and until when they hold.
package struct ResolvedCredentials: Sendable, Hashable {
    package var credentials: AWSCredentials
    /// nil: for ever.
    package var expiration: Timestamp?
    /// Where they come from, for `doctor`: "environment", "profile 'dev' in …".
    package var source: String

    package init(credentials: AWSCredentials, expiration: Timestamp? = nil, source: String) {
        self.credentials = credentials
        self.expiration = expiration
        self.source = source
    }

    /// For calls that are not signed.
    static let none = ResolvedCredentials(
        credentials: AWSCredentials(accessKeyID: "", secretAccessKey: ""), source: "nobody")
}

/// Why there are no credentials. Never holds a secret.
package struct CredentialsError: Error, Sendable, Hashable, CustomStringConvertible {
    package let message: String

    package init(_ message: String) {
        self.message = message
    }

    package var description: String { message }
}

/// Gives credentials to whoever signs.
package protocol CredentialProvider: Sendable {
    func credentials() async throws(CredentialsError) -> ResolvedCredentials

    /// A service called these expired: the next ones must be new.
    func discard(_ credentials: AWSCredentials) async
}

/// Always the same credentials.
package struct StaticCredentials: CredentialProvider {
    private let resolved: ResolvedCredentials

    package init(_ credentials: AWSCredentials, source: String = "configuration") {
        resolved = ResolvedCredentials(credentials: credentials, source: source)
    }

    init(_ resolved: ResolvedCredentials) {
        self.resolved = resolved
    }

    package func credentials() -> ResolvedCredentials { resolved }

    package func discard(_ credentials: AWSCredentials) {}
}
