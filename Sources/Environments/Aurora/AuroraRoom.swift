/// The volume of a production cluster, which its clones share.
package struct AuroraVolume: Hashable, Sendable {
    package var region: String
    package var cluster: String

    package init(_ source: AuroraSource) {
        region = source.region
        cluster = source.cluster
    }

    package init(region: String, cluster: String) {
        self.region = region
        self.cluster = cluster
    }
}

/// What clones of Aurora clusters there may still be: fifteen of a volume, and all of them within the budget. Users' requests,
/// the queue and the warm pools ask the same value, so that none of them takes what another one has.
package struct AuroraRoom: Hashable, Sendable {
    /// The clones that there are or are asked for, by their settings: environments', pools', and both of a reset.
    package private(set) var running: [AuroraSource]
    package var prices: AuroraPrices?
    /// Clones that are not this installation's, as far as a look at AWS has shown them.
    package var others: [AuroraVolume: Int]

    package init(running: [AuroraSource] = [], prices: AuroraPrices? = nil, others: [AuroraVolume: Int] = [:]) {
        self.running = running
        self.prices = prices
        self.others = others
    }

    /// Why there cannot be one more, by the limit's name; nil: there can.
    ///
    /// - Parameter isForReset: a reset has two clones for some minutes, which the budget is not held against: else an
    ///   environment could not be reset while the budget is used up.
    package func refusal(_ source: AuroraSource, isForReset: Bool = false) -> ControlError? {
        let volume = AuroraVolume(source)
        let own = running.count { AuroraVolume($0) == volume }
        do throws(ControlError) {
            try AuroraCloneLimit.admit(source, taken: own + others[volume, default: 0])
            if !isForReset { try prices?.admit(source, running: running) }
            return nil
        } catch {
            return error
        }
    }

    /// Counts one more clone.
    package mutating func add(_ source: AuroraSource) { running.append(source) }
}
