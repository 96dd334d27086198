import Cryptography
package import Environments
import Synchronization

/// Says who a token belongs to.
package final class Authenticator: Sendable {
    package enum Outcome: Sendable, Hashable {
        case caller(Caller)
        /// No such token, or not any more.
        case refused
        /// Too many wrong ones came from that address; the next one is looked at after this time.
        case wait(Duration)
    }

    private let local: [UInt8]
    private let box: RuntimeBox
    private let failures: Mutex<FailureLimiter>
    private let origin = ContinuousClock.now

    /// - Parameter localToken: the token in the state directory.
    init(localToken: String, box: RuntimeBox, limiter: FailureLimiter = FailureLimiter()) {
        local = SHA256.hash(localToken)
        self.box = box
        failures = Mutex(limiter)
    }

    /// Only hashes are compared: nothing about a token follows from how long its comparison takes.
    ///
    /// The local token and those verified a moment ago are let through whatever else comes from their address.
    package func authenticate(_ token: String, source: String) async throws(ControlError) -> Outcome {
        let hash = SHA256.hash(token)
        if let known = try known(hash) { return .caller(known) }
        if let wait = failures.withLock({ $0.wait(source, now: origin.duration(to: .now)) }) { return .wait(wait) }
        if let caller = try await look(hash) { return .caller(caller) }
        failures.withLock { $0.failed(source, now: origin.duration(to: .now)) }
        return .refused
    }

    /// Whether a token that was let through still would be: for what goes on longer than a request.
    package func isStillValid(_ token: String) async throws(ControlError) -> Bool {
        let hash = SHA256.hash(token)
        if try known(hash) != nil { return true }
        return try await look(hash) != nil
    }

    private func known(_ hash: [UInt8]) throws(ControlError) -> Caller? {
        constantTimeEquals(hash, local) ? .local : try box.runtime().store.tokens.find(hash)?.caller
    }

    private func look(_ hash: [UInt8]) async throws(ControlError) -> Caller? {
        let store = try box.runtime().store
        let generation = store.tokens.generation
        guard let verified = try await store.verify(hash) else { return nil }
        store.tokens.keep(verified, hash: hash, since: generation)
        return verified.caller
    }
}
