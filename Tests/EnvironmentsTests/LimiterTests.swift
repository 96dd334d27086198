import Environments
import Testing

@Suite struct FailureLimiterTests {
    @Test func aBurstIsAnsweredThenOneAfterTheOther() {
        var limiter = FailureLimiter(capacity: 3, refill: .seconds(6))
        for _ in 0..<3 {
            #expect(limiter.wait("a", now: .zero) == nil)
            limiter.failed("a", now: .zero)
        }
        #expect(limiter.wait("a", now: .zero) == .seconds(6))
        #expect(limiter.wait("a", now: .seconds(5)) == .seconds(1))
        #expect(limiter.wait("a", now: .seconds(6)) == nil)
        #expect(limiter.wait("b", now: .zero) == nil)
        limiter.failed("a", now: .seconds(6))
        #expect(limiter.wait("a", now: .seconds(6)) == .seconds(6))
    }

    /// Safety: in any span of time no more failures are answered than the bucket holds and refills. Liveness: whoever
    /// waits as long as they are told is answered.
    @Test(arguments: Seeds.first(20)) func neverMoreThanTheRateAndNeverForEver(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<5 {
            let capacity = Int.random(in: 1...5, using: &generator)
            let refill = Duration.milliseconds(Int.random(in: 1...5_000, using: &generator))
            var limiter = FailureLimiter(capacity: capacity, refill: refill)
            var now = Duration.zero
            var answered: [Duration] = []
            for _ in 0..<200 {
                now += .milliseconds(Int.random(in: 0...2_000, using: &generator))
                if let wait = limiter.wait("a", now: now) {
                    #expect(wait > .zero && wait <= refill)
                    #expect(limiter.wait("a", now: now + wait) == nil)
                } else {
                    limiter.failed("a", now: now)
                    answered.append(now)
                }
            }
            for (index, start) in answered.enumerated() {
                for (count, end) in answered[index...].enumerated() {
                    #expect(Double(count + 1) <= Double(capacity) + (end - start) / refill + 1e-6)
                }
            }
        }
    }

    @Test func manySourcesCostNoMemory() {
        var limiter = FailureLimiter(capacity: 3, refill: .seconds(6), maximumSources: 100)
        for number in 0..<10_000 { limiter.failed("source \(number)", now: .milliseconds(number)) }
        #expect(limiter.sourceCount <= 100)
        // The newest are still known.
        for _ in 0..<2 { limiter.failed("source 9999", now: .milliseconds(9_999)) }
        #expect(limiter.wait("source 9999", now: .milliseconds(9_999)) != nil)
    }
}

@Suite struct DeliveryPolicyTests {
    @Test(arguments: Seeds.first(20)) func waitsGrowAndEndAfterTheDay(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let policy = DeliveryPolicy()
        for _ in 0..<200 {
            var age = Duration.zero
            var attempts = 0
            var ended = false
            while attempts < 1_000 {
                attempts += 1
                let cap = min(policy.maximum, policy.base * (1 << min(attempts - 1, 20)))
                guard case .again(let wait) = policy.verdict(attempts: attempts, age: age, using: &generator) else {
                    ended = true
                    break
                }
                #expect(wait >= cap / 2 - .microseconds(1) && wait <= cap)
                age += wait
                #expect(age <= policy.patience)
            }
            #expect(ended)
            #expect(age > policy.patience - policy.maximum)
            #expect((24...70).contains(attempts), "\(attempts) attempts")
        }
    }

    @Test(arguments: Seeds.first(20)) func anyNumberOfAttemptsIsFine(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for attempts in [Int.min, -1, 0, 1, 63, 64, Int.max] {
            guard case .again = DeliveryPolicy().verdict(attempts: attempts, age: .zero, using: &generator) else {
                Issue.record("given up at \(attempts)")
                continue
            }
        }
    }
}
