/// What the SDKs' standard retry mode retries and how long it waits ("Retry behavior" in the AWS SDKs and Tools
/// Reference Guide), as values: what acts on it is `AWSClient`.
package struct RetryRules: Sendable, Hashable {
    /// Requests for one call, the first included.
    package var maximumAttempts: Int
    /// The longest pause in seconds.
    package var maximumPause: Double

    package static let defaultMaximumAttempts = 3

    package init(maximumAttempts: Int = defaultMaximumAttempts, maximumPause: Double = 20) {
        self.maximumAttempts = max(1, maximumAttempts)
        self.maximumPause = maximumPause
    }

    package static let throttlingCodes: Set<String> = [
        "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException",
        "TooManyRequestsException", "ProvisionedThroughputExceededException", "TransactionInProgressException",
        "RequestLimitExceeded", "BandwidthLimitExceeded", "LimitExceededException", "RequestThrottled", "SlowDown",
        "PriorRequestNotComplete", "EC2ThrottledException",
    ]

    package static let transientCodes: Set<String> = [
        "RequestTimeout", "RequestTimeoutException", "PriorRequestNotComplete", "InternalError",
        "IDPCommunicationError",
    ]

    private static let transientStatuses: Set<Int> = [429, 500, 502, 503, 504]

    /// The codes with which a service says that the signature's time is wrong, or that it may be.
    private static let clockCodes: Set<String> = [
        "RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture", "InvalidSignatureException",
        "SignatureDoesNotMatch", "AuthFailure",
    ]

    /// The codes with which a service says that temporary credentials have run out.
    private static let expiryCodes: Set<String> = ["ExpiredToken", "ExpiredTokenException"]

    /// Clocks that differ by less, in seconds, are not the reason why a signature was refused.
    package static let relevantSkew: Int64 = 240

    /// What came of one request.
    package enum Outcome: Sendable, Hashable {
        /// - Parameters:
        ///   - retryAfter: seconds that the server asked for.
        ///   - serverTime: its `Date` header.
        case refused(code: String, status: Int, retryAfter: Double?, serverTime: Timestamp?)
        /// No answer. `isTimeout` costs more of the token bucket: the next one may hang as long.
        case noAnswer(isTimeout: Bool)
    }

    package enum Decision: Sendable, Hashable {
        /// - Parameter seconds: before the next request.
        case again(seconds: Double)
        /// Sign with a clock that runs so many seconds ahead of ours.
        case againWithClock(offset: Int64)
        /// Ask for new credentials first.
        case againWithNewCredentials
        case giveUp
    }

    /// What to do after a request failed.
    ///
    /// - Parameters:
    ///   - attempt: the number of the request that failed, from 1.
    ///   - signedAt: the time that its signature names.
    ///   - localTime: our clock now.
    ///   - isRefreshed: the credentials were already renewed for this call.
    ///   - random: evenly from 0 to 1.
    package func decide(
        _ outcome: Outcome, attempt: Int, signedAt: Timestamp, localTime: Timestamp, isRefreshed: Bool,
        tokens: inout RetryTokens, random: Double
    ) -> Decision {
        guard attempt < maximumAttempts else { return .giveUp }
        let isTimeout: Bool
        var floor = 0.0
        switch outcome {
        case .noAnswer(let timedOut):
            isTimeout = timedOut
        case .refused(let code, let status, let retryAfter, let serverTime):
            if Self.clockCodes.contains(code), let serverTime,
                abs(serverTime.unixSeconds - signedAt.unixSeconds) > Self.relevantSkew
            {
                return tokens.take(RetryTokens.retryCost)
                    ? .againWithClock(offset: serverTime.unixSeconds - localTime.unixSeconds) : .giveUp
            }
            if Self.expiryCodes.contains(code) {
                guard !isRefreshed, tokens.take(RetryTokens.retryCost) else { return .giveUp }
                return .againWithNewCredentials
            }
            guard
                Self.transientStatuses.contains(status) || Self.transientCodes.contains(code)
                    || Self.throttlingCodes.contains(code)
            else { return .giveUp }
            isTimeout = Self.timeoutCodes.contains(code)
            floor = retryAfter ?? 0
        }
        guard tokens.take(isTimeout ? RetryTokens.timeoutCost : RetryTokens.retryCost) else { return .giveUp }
        return .again(seconds: min(max(pause(after: attempt, random: random), floor), maximumPause))
    }

    /// Full jitter: anything up to 2^(attempt - 1) seconds.
    package func pause(after attempt: Int, random: Double) -> Double {
        let exponent = min(attempt - 1, 30)
        return random * min(Double(1 << exponent), maximumPause)
    }

    private static let timeoutCodes: Set<String> = ["RequestTimeout", "RequestTimeoutException"]
}

/// What all calls of a client together may spend on retries, so that a service in trouble is not met by three times the
/// load. Published numbers of the standard mode: 500 tokens, 5 for a retry, 10 after a timeout.
package struct RetryTokens: Sendable, Hashable {
    package static let capacity = 500
    package static let retryCost = 5
    package static let timeoutCost = 10
    /// What a call gives back that succeeded at once.
    package static let success = 1

    package private(set) var available = capacity

    package init() {}

    package mutating func take(_ cost: Int) -> Bool {
        guard available >= cost else { return false }
        available -= cost
        return true
    }

    /// A call succeeded: its last retry's cost comes back, or one token if it took none.
    package mutating func giveBack(_ cost: Int) {
        available = min(Self.capacity, available + cost)
    }
}
