import Environments
import Synchronization

/// Tokens that were verified a moment ago, so that a request costs no question to the records.
///
/// A revoked token must not live on in it: every replica hears of a revocation and forgets everything it knows, and
/// while it cannot hear, it keeps nothing.
final class TokenCache: Sendable {
    struct Entry: Sendable {
        var token: VerifiedToken
        var until: ContinuousClock.Instant
    }

    private struct State {
        var entries: [[UInt8]: Entry] = [:]
        /// Counts the times that everything was forgotten.
        var generation = 0
        var isListening = false
    }

    /// How long a verified token is not asked for again: bounds what a notification that gets lost can cost.
    static let lifetime = Duration.seconds(10)
    /// More tokens than that are not used within ten seconds.
    static let maximumEntries = 10_000

    private let state = Mutex(State())

    /// What a look at the records begins with; hand it to ``keep(_:hash:since:now:)``.
    var generation: Int { state.withLock { $0.generation } }

    func find(_ hash: [UInt8], now: ContinuousClock.Instant = .now) -> VerifiedToken? {
        state.withLock { state in
            guard let entry = state.entries[hash], entry.until > now else { return nil }
            return entry.token
        }
    }

    /// Remembers what was read, unless something was revoked since the reading began.
    func keep(
        _ token: VerifiedToken, hash: [UInt8], since generation: Int, now: ContinuousClock.Instant = .now
    ) {
        state.withLock { state in
            guard state.isListening, state.generation == generation else { return }
            if state.entries.count >= Self.maximumEntries {
                state.entries = state.entries.filter { $0.value.until > now }
            }
            guard state.entries.count < Self.maximumEntries else { return }
            let rest = min(token.expiresIn ?? Self.lifetime, Self.lifetime)
            state.entries[hash] = Entry(token: token, until: now + rest)
        }
    }

    /// Something was revoked, here or elsewhere.
    func forget() {
        state.withLock { state in
            state.generation += 1
            state.entries = [:]
        }
    }

    /// Whether revocations are heard of from now on.
    func listening(_ isListening: Bool) {
        state.withLock { state in
            state.isListening = isListening
            state.generation += 1
            state.entries = [:]
        }
    }
}
