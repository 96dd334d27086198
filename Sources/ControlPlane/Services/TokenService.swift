import Cryptography
package import Environments

/// The tokens that open the API to others than the user who started the control plane.
package struct TokenService: Sendable {
    private let box: RuntimeBox

    init(box: RuntimeBox) { self.box = box }

    /// A new token.
    /// - Parameter ttl: nil: it does not expire.
    /// - Returns: its record, and the token itself, which nobody can get again.
    /// - Throws: `invalidRequest` for an owner, a binding or a ttl against the rule.
    package func create(
        _ caller: Caller, ttl: Duration?, by actor: Actor = .local
    ) async throws(ControlError) -> (record: TokenRecord, token: String) {
        try TokenRule.check(caller)
        if let ttl, ttl <= .zero || ttl > Self.maximumTTL {
            throw ControlError(
                .invalidRequest, subject: "ttl", "a token cannot live \(DurationText.format(ttl))",
                hint: "at most \(DurationText.format(Self.maximumTTL)); leave it out for one that does not expire")
        }
        let store = try box.runtime().store
        let token = Self.draw()
        let record = try await store.createToken(
            id: Hex.encode(SecureRandom.bytes(8)), hash: SHA256.hash(token), caller: caller, ttl: ttl, by: actor)
        return (record, token)
    }

    private static let maximumTTL = Duration.seconds(10 * 366 * 86_400)

    /// 32 random bytes behind a word by which people and scanners of repositories know what they found.
    private static func draw() -> String { "envctl_" + Hex.encode(SecureRandom.bytes(32)) }

    /// Those that are not revoked, oldest first.
    package func list() async throws(ControlError) -> [TokenRecord] { try await box.runtime().store.listTokens() }

    /// Ends a token. Revoking one that is revoked is fine.
    package func revoke(_ id: String, by actor: Actor = .local) async throws(ControlError) -> TokenRecord {
        let store = try box.runtime().store
        guard let record = try await store.revokeToken(id, by: actor) else {
            throw ControlError(
                .notFound, subject: id, "there is no token '\(id)'", hint: "`envctl token list` shows those there are")
        }
        // The notification does the same in every replica, a moment later.
        store.tokens.forget()
        return record
    }
}
