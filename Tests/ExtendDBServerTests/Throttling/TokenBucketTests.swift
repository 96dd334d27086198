import ExtendDBServer
import TestSupport
import Testing

@Suite struct TokenBucketTests {
    @Test func `unused units are kept for five minutes`() {
        var bucket = TokenBucket(rate: 2, at: 100)
        #expect(bucket.available(at: 100) == 600)
        #expect(bucket.available(at: 1_000) == 600)
        bucket.take(600, at: 1_000)
        #expect(bucket.available(at: 1_000) == 0)
        #expect(bucket.available(at: 1_010) == 20)
        #expect(bucket.available(at: 1_300) == 600)
    }

    @Test func `what was taken too much comes in first`() {
        var bucket = TokenBucket(rate: 1, at: 0)
        bucket.take(310, at: 0)
        #expect(bucket.available(at: 0) == -10)
        #expect(bucket.available(at: 9) == -1)
        #expect(bucket.available(at: 11) == 1)
    }

    @Test func `another rate`() {
        var bucket = TokenBucket(rate: 10, at: 0)
        bucket.change(rate: 1, at: 0)
        #expect(bucket.available(at: 0) == 300)
        bucket.take(300, at: 0)
        bucket.change(rate: 5, at: 10)
        #expect(bucket.available(at: 10) == 10)
        #expect(bucket.available(at: 12) == 20)
    }

    /// Whatever comes: never more than the burst, never more taken than came in and was kept and one request's excess, and
    /// a clock that goes back brings nothing.
    @Test func `any sequence`() {
        var random = SeededGenerator()
        for _ in 0..<200 {
            let rate = Double(Int.random(in: 1...50, using: &random))
            var bucket = TokenBucket(rate: rate, at: 0)
            var now = 0.0
            var latest = 0.0
            var taken = 0.0
            for _ in 0..<200 {
                now = max(0, now + Double(Int.random(in: -5...60, using: &random)))
                latest = max(latest, now)
                let before = bucket.available(at: now)
                #expect(before <= rate * TokenBucket.burst)
                guard before > 0 else { continue }
                let cost = Double(Int.random(in: 1...400, using: &random))
                bucket.take(cost, at: now)
                taken += cost
                #expect(bucket.available(at: now) == before - cost)
                #expect(taken <= rate * (TokenBucket.burst + latest) + 400)
            }
        }
    }
}
