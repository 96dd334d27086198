import Cryptography
package import Environments

/// The name that a creation without one gets under an `Idempotency-Key`: a function of the key alone, so that a request
/// which is repeated because its answer was lost, even across a restart, meets the environment of the first one by
/// name.
package enum IdempotentName {
    package static func make(key: String) throws(ControlError) -> EnvironmentName {
        var generator = HashGenerator(seed: SHA256.hash(key))
        return try NameGenerator.name(using: &generator)
    }

    /// Numbers from a hash chain.
    private struct HashGenerator: RandomNumberGenerator {
        private var state: [UInt8]

        init(seed: [UInt8]) {
            state = seed
        }

        mutating func next() -> UInt64 {
            state = SHA256.hash(state)
            return state.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        }
    }
}
