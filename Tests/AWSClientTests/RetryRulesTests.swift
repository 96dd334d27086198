import AWSClient
import TestSupport
import Testing

@Suite struct RetryRulesTests {
    static let now = Timestamp(unixSeconds: 1_800_000_000)

    private func decide(
        _ outcome: RetryRules.Outcome, attempt: Int = 1, rules: RetryRules = RetryRules(), tokens: inout RetryTokens,
        isRefreshed: Bool = false, random: Double = 1
    ) -> RetryRules.Decision {
        rules.decide(
            outcome, attempt: attempt, signedAt: Self.now, localTime: Self.now, isRefreshed: isRefreshed,
            tokens: &tokens, random: random)
    }

    private func refused(
        _ code: String, _ status: Int = 400, after: Double? = nil, serverTime: Timestamp? = nil
    ) -> RetryRules.Outcome {
        .refused(code: code, status: status, retryAfter: after, serverTime: serverTime)
    }

    @Test(arguments: [
        ("Throttling", 400), ("ThrottlingException", 400), ("RequestLimitExceeded", 503), ("SlowDown", 503),
        ("TooManyRequestsException", 429), ("RequestTimeout", 400), ("Whatever", 500), ("Whatever", 502),
        ("Whatever", 503), ("Whatever", 504), ("Whatever", 429),
    ])
    func retried(code: String, status: Int) {
        var tokens = RetryTokens()
        #expect(decide(refused(code, status), tokens: &tokens) == .again(seconds: 1))
        #expect(decide(refused(code, status), attempt: 3, tokens: &tokens) == .giveUp)
    }

    @Test(arguments: [
        ("DBClusterNotFoundFault", 404), ("InvalidParameterValue", 400), ("AccessDenied", 403),
        ("DBClusterQuotaExceededFault", 403), ("Whatever", 501), ("InvalidDBClusterStateFault", 400),
        ("SignatureDoesNotMatch", 403), ("RequestTimeTooSkewed", 403),
    ])
    func notRetried(code: String, status: Int) {
        var tokens = RetryTokens()
        #expect(decide(refused(code, status), tokens: &tokens) == .giveUp)
        #expect(tokens.available == 500)
    }

    @Test func costs() {
        var tokens = RetryTokens()
        _ = decide(.noAnswer(isTimeout: false), tokens: &tokens)
        #expect(tokens.available == 495)
        _ = decide(.noAnswer(isTimeout: true), tokens: &tokens)
        #expect(tokens.available == 485)
        tokens.giveBack(10)
        tokens.giveBack(1)
        #expect(tokens.available == 496)
        tokens.giveBack(10)
        #expect(tokens.available == 500)
    }

    /// A service that fails every time is asked 100 times more, by all calls together, and not once more.
    @Test func anEmptyBucketEndsRetries() {
        var tokens = RetryTokens()
        var granted = 0
        while decide(refused("Whatever", 500), tokens: &tokens) != .giveUp { granted += 1 }
        #expect(granted == 100)
    }

    @Test func clocks() {
        var tokens = RetryTokens()
        let ahead = Timestamp(unixSeconds: Self.now.unixSeconds + 3_600)
        for code in ["RequestTimeTooSkewed", "SignatureDoesNotMatch", "InvalidSignatureException", "AuthFailure"] {
            #expect(decide(refused(code, 403, serverTime: ahead), tokens: &tokens) == .againWithClock(offset: 3_600))
        }
        // A clock that is right is not the reason.
        let near = Timestamp(unixSeconds: Self.now.unixSeconds + 240)
        #expect(decide(refused("SignatureDoesNotMatch", 403, serverTime: near), tokens: &tokens) == .giveUp)
        // Signed with an offset already that the server still does not like: nothing is learnt by it again.
        let rules = RetryRules()
        let again = rules.decide(
            refused("RequestTimeTooSkewed", 403, serverTime: ahead), attempt: 2, signedAt: ahead, localTime: Self.now,
            isRefreshed: false, tokens: &tokens, random: 0)
        #expect(again == .giveUp)
    }

    @Test func expiredCredentialsAreRenewedOnce() {
        var tokens = RetryTokens()
        #expect(decide(refused("ExpiredToken", 403), tokens: &tokens) == .againWithNewCredentials)
        #expect(decide(refused("ExpiredToken", 403), tokens: &tokens, isRefreshed: true) == .giveUp)
    }

    @Test func pauses() {
        var random = SeededGenerator()
        for _ in 0..<2_000 {
            let rules = RetryRules(maximumAttempts: 1_000)
            var tokens = RetryTokens()
            let attempt = Int.random(in: 1...999, using: &random)
            let chance = Double.random(in: 0..<1, using: &random)
            let asked = Bool.random(using: &random) ? Double.random(in: 0...100, using: &random) : nil
            guard
                case .again(let seconds) = decide(
                    refused("Throttling", after: asked), attempt: attempt, rules: rules, tokens: &tokens,
                    random: chance)
            else {
                Issue.record("attempt \(attempt) of 1000 gave up")
                continue
            }
            #expect(seconds >= 0 && seconds <= 20)
            // Never before the server's wish, nor before chance's, up to the bound.
            #expect(seconds >= min(asked ?? 0, 20))
            let ceiling = attempt > 5 ? 20.0 : Double(1 << (attempt - 1))
            #expect(seconds == max(chance * ceiling, min(asked ?? 0, 20)))
        }
    }
}
