#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Reproducible randomness (SplitMix64). The seed is printed when the generator is made, and taken from
/// `ENVCTL_TEST_SEED` when that is set, so that a failed run can be repeated.
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    package let seed: UInt64
    private var state: UInt64

    /// `label` names the test in the printed line.
    package init(_ seed: UInt64? = nil, label: String = #function) {
        let given = ProcessInfo.processInfo.environment["ENVCTL_TEST_SEED"].flatMap { UInt64($0) }
        self.seed = seed ?? given ?? UInt64.random(in: 0...UInt64.max)
        state = self.seed
        print("seed \(self.seed) (\(label)); repeat with ENVCTL_TEST_SEED=\(self.seed)")
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
