#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A generator whose whole run follows from its seed (SplitMix64), so that a failing case can be run again.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Whether something of that probability happens now.
    mutating func chance(_ probability: Double) -> Bool {
        probability > 0 && Double.random(in: 0..<1, using: &self) < probability
    }

    mutating func pick<T>(_ choices: [T]) -> T? { choices.randomElement(using: &self) }
}

/// The seeds of a simulation: `count` of them, times `ENVCTL_SEEDS` where there is more time, or the one of `ENVCTL_SEED`
/// to run a failed case again.
enum Seeds {
    /// The seed to run again, if one is named.
    static let named: UInt64? = getenv("ENVCTL_SEED").flatMap { UInt64(String(cString: $0)) }

    private static let factor = getenv("ENVCTL_SEEDS").flatMap { UInt64(String(cString: $0)) } ?? 1

    static func first(_ count: UInt64) -> [UInt64] {
        if let named { return [named] }
        return Array(0..<count * factor)
    }

    /// How to run a case again, for the message of its failure.
    static func again(_ seed: UInt64, _ test: String) -> String {
        "seed \(seed); again: ENVCTL_SEED=\(seed) swift test --filter \(test)"
    }
}
