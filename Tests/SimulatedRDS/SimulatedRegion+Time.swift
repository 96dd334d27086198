import Environments

extension SimulatedRegion {
    mutating func enter(_ action: String) throws(AuroraFault) {
        calls[action, default: 0] += 1
        times.append(now)
        settle()
        if case .refused(let kind, let code, let message) = accident(action, isBefore: true) {
            throw AuroraFault(kind, code: code, message: message, action: action)
        }
        if generator.chance(faults.refused) {
            let code = generator.pick(["Throttling", "InternalFailure", "ServiceUnavailable"]) ?? "Throttling"
            throw AuroraFault(.retry, code: code, message: "again later", action: action)
        }
    }

    /// Done; whether the caller learns of it is another matter.
    mutating func leave(_ action: String) throws(AuroraFault) {
        guard accident(action, isBefore: false) != nil || generator.chance(faults.lostReply) else { return }
        throw AuroraFault(.retry, code: Self.lostReply, message: "no answer came", action: action)
    }

    private mutating func accident(_ action: String, isBefore: Bool) -> Accident.Kind? {
        let found = accidents.firstIndex { accident in
            guard accident.action == action, accident.times > 0 else { return false }
            if case .refused = accident.kind { return isBefore }
            return !isBefore
        }
        guard let found else { return nil }
        accidents[found].times -= 1
        return accidents[found].kind
    }

    mutating func change(_ name: String, _ action: String) throws(AuroraFault) {
        try enter(action)
        guard let cluster = clusters[name] else { throw noCluster(name, action) }
        if cluster.shown.mark == nil { violations.append("\(action) of \(name), which is not ours") }
    }

    func noCluster(_ name: String, _ action: String) -> AuroraFault {
        AuroraFault(.absent, code: "DBClusterNotFoundFault", message: "there is no cluster \(name)", action: action)
    }

    func noInstance(_ name: String, _ action: String) -> AuroraFault {
        AuroraFault(.absent, code: "DBInstanceNotFound", message: "there is no instance \(name)", action: action)
    }

    func wrongState(_ name: String, _ action: String) -> AuroraFault {
        AuroraFault(.wait, code: "InvalidDBClusterStateFault", message: "\(name) is not in a fit state", action: action)
    }

    mutating func seconds(_ range: ClosedRange<Int>) -> Duration {
        .seconds(Int.random(in: range, using: &generator))
    }

    mutating func way(to end: AuroraStatus, within range: ClosedRange<Int>) -> Schedule {
        let arrival = now + seconds(range)
        guard generator.chance(faults.oddStatus) else { return [(arrival, end)] }
        return [(now + .seconds(1), .unknown("polishing")), (arrival, end)]
    }

    mutating func settle() {
        for name in clusters.keys.sorted() {
            while let next = clusters[name]?.schedule.first, next.at <= now {
                if let status = next.status {
                    clusters[name]?.shown.status = status
                    clusters[name]?.schedule.removeFirst()
                } else {
                    clusters[name] = nil
                }
            }
        }
        for name in instances.keys.sorted() {
            while let next = instances[name]?.schedule.first, next.at <= now {
                if let status = next.status {
                    instances[name]?.shown.status = status
                    instances[name]?.schedule.removeFirst()
                } else {
                    if let owner = instances[name]?.shown.cluster {
                        clusters[owner]?.shown.members.removeAll { $0 == name }
                    }
                    instances[name] = nil
                }
            }
        }
    }
}

/// Randomness that follows from a seed (SplitMix64).
struct Chance: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func chance(_ probability: Double) -> Bool {
        probability > 0 && Double.random(in: 0..<1, using: &self) < probability
    }

    mutating func pick<T>(_ choices: [T]) -> T? { choices.randomElement(using: &self) }
}
