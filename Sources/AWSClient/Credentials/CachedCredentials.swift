package import AWS

/// Keeps credentials and renews them before they end. One renewal runs at a time, in the task of the caller that found
/// it due; whoever comes meanwhile takes what is there if that still holds, or waits for the outcome.
package actor CachedCredentials: CredentialProvider {
    /// Seconds before the end from which a renewal is tried, and from which it is waited for; botocore's.
    package static let advisoryWindow: Int64 = 900
    package static let mandatoryWindow: Int64 = 600
    /// Seconds until a renewal that failed is tried again, while the credentials still hold.
    static let pauseAfterFailure: Int64 = 60

    private typealias Outcome = Result<ResolvedCredentials, CredentialsError>

    private let load: @Sendable () async throws(CredentialsError) -> ResolvedCredentials
    private let now: @Sendable () -> Timestamp
    private var current: ResolvedCredentials?
    private var isRenewing = false
    private var nextTry: Timestamp?
    private var waiting: [CheckedContinuation<Outcome?, Never>] = []

    package init(
        clock: AWSClock = .system,
        load: @escaping @Sendable () async throws(CredentialsError) -> ResolvedCredentials
    ) {
        self.load = load
        now = clock.now
    }

    package init(_ chain: CredentialChain, clock: AWSClock = .system) {
        self.init(clock: clock) { () async throws(CredentialsError) in try await chain.load() }
    }

    package func credentials() async throws(CredentialsError) -> ResolvedCredentials {
        while true {
            if let current, isUsable(current) { return current }
            guard isRenewing else { return try await renew() }
            // nil: who renewed was cancelled, which is not our failure.
            if let outcome = await withCheckedContinuation({ waiting.append($0) }) { return try outcome.get() }
        }
    }

    package func discard(_ credentials: AWSCredentials) {
        if current?.credentials == credentials { current = nil }
        nextTry = nil
    }

    /// Whether credentials can be given out without a renewal first.
    private func isUsable(_ resolved: ResolvedCredentials) -> Bool {
        guard let expiration = resolved.expiration else { return true }
        let left = expiration.unixSeconds - now().unixSeconds
        guard left > 0, left <= Self.advisoryWindow else { return left > 0 }
        // Due. A failed try holds back the next one for a while, and one that runs need not be waited for.
        if let nextTry, now() < nextTry { return true }
        return isRenewing && left > Self.mandatoryWindow
    }

    private func renew() async throws(CredentialsError) -> ResolvedCredentials {
        isRenewing = true
        let outcome: Outcome
        do {
            outcome = .success(try await load())
        } catch {
            outcome = .failure(error)
        }
        isRenewing = false
        let result = settle(outcome)
        let isForOthers = !(Task.isCancelled && (try? outcome.get()) == nil)
        for waiter in waiting { waiter.resume(returning: isForOthers ? result : nil) }
        waiting.removeAll()
        return try result.get()
    }

    /// A failed renewal leaves the old ones in use while they hold.
    private func settle(_ outcome: Outcome) -> Outcome {
        switch outcome {
        case .success(let resolved):
            current = resolved
            nextTry = nil
            return outcome
        case .failure:
            guard let current, let expiration = current.expiration, now() < expiration else { return outcome }
            if !Task.isCancelled {
                nextTry = Timestamp(unixSeconds: now().unixSeconds + Self.pauseAfterFailure)
            }
            return .success(current)
        }
    }
}
