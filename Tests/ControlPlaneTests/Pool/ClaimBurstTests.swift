import Testing

@testable import ControlPlane

@Suite struct ClaimBurstTests {
    private let start = ContinuousClock.now

    private func after(_ milliseconds: Int) -> ContinuousClock.Instant { start + .milliseconds(milliseconds) }

    @Test func withoutAClaimNothingIsHeld() {
        var burst = ClaimBurst()
        #expect(burst.hold(at: start) == nil)
    }

    @Test func aClaimHoldsUntilItIsCalm() {
        var burst = ClaimBurst()
        burst.claimed(at: after(0))
        #expect(burst.hold(at: after(100)) == .milliseconds(150))
        burst.claimed(at: after(200))
        #expect(burst.hold(at: after(250)) == .milliseconds(200))
        #expect(burst.hold(at: after(450)) == nil)
        #expect(burst.hold(at: after(450)) == nil, "it is over")
    }

    @Test func claimsThatNeverEndHoldForASecondAtMost() {
        var burst = ClaimBurst()
        var held = 0
        for moment in stride(from: 0, to: 10_000, by: 100) {
            burst.claimed(at: after(moment))
            if burst.hold(at: after(moment)) != nil { held += 1 }
        }
        // Of a claim each tenth of a second, every eleventh finds the second over.
        #expect(held == 100 - 100 / 11)
    }
}
