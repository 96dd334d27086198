import Environments

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
}

/// What really exists while the machine is driven: one environment's database, seal, server and port, with faults that
/// are drawn from a seed. Breaking a rule is written to `violations`.
struct SimulatedWorld {
    var hasDatabase = false
    var isSealed = false
    var server: ServerIdentity?
    var holdsPort = false
    var serversStarted: Int32 = 0
    var violations: [String] = []
    var effects: [Effect] = []

    /// Carries an effect out, unless a fault comes before it; a fault after it loses the answer only.
    mutating func perform(
        _ effect: Effect, for record: EnvironmentRecord, faults: Double, using generator: inout SeededGenerator
    ) -> Result<EffectResult, ControlError> {
        effects.append(effect)
        if chance(faults, &generator) { return .failure(fault(&generator)) }
        let result = carryOut(effect, record)
        if chance(faults, &generator) { return .failure(fault(&generator)) }
        return .success(result)
    }

    private mutating func carryOut(_ effect: Effect, _ record: EnvironmentRecord) -> EffectResult {
        switch effect {
        case .clone:
            if record.readyAt != nil { violations.append("cloned over a user's data") }
            if !hasDatabase { isSealed = false }
            hasDatabase = true
        case .seal:
            if !hasDatabase { violations.append("sealed nothing") }
            isSealed = true
            let credential = EnvironmentCredential(accessKeyID: "AK\(effects.count)", secretAccessKey: "s")
            return .sealed(accountID: "123456789012", credential: credential)
        case .takePort:
            return .port(20_001)
        case .launch:
            if !isSealed { violations.append("started a server on an unsealed copy") }
            if server != nil { violations.append("started a second server") }
            if record.port == nil { violations.append("started a server without a port") }
            serversStarted += 1
            let started = ServerIdentity(pid: 100 + serversStarted, startTime: Int64(serversStarted))
            server = started
            holdsPort = true
            return .launched(started)
        case .probe:
            if server == nil { violations.append("probed nothing") }
        case .stopServer:
            server = nil
            holdsPort = record.phase.isWanted
        case .holdPort:
            holdsPort = true
        case .dropPrevious:
            break
        case .dropStorage:
            if server != nil { violations.append("dropped the storage under a running server") }
            hasDatabase = false
            isSealed = false
        }
        return .done
    }

    private func fault(_ generator: inout SeededGenerator) -> ControlError {
        let codes: [ControlError.Code] = [.failed, .unavailable, .timeout, .portInUse, .capacity]
        return ControlError(codes[Int.random(in: 0..<codes.count, using: &generator)], "a simulated fault")
    }
}

func chance(_ probability: Double, _ generator: inout SeededGenerator) -> Bool {
    Double.random(in: 0..<1, using: &generator) < probability
}

/// A record as the request leaves it.
func requestedRecord(at now: Timestamp = Timestamp(unixSeconds: 1_000_000)) throws -> EnvironmentRecord {
    var generator = SeededGenerator(seed: 1)
    var record = EnvironmentRecord(
        id: EnvironmentID(using: &generator), name: try EnvironmentName("pr-42"),
        snapshot: try SnapshotName("prod-snapshot"), snapshotID: SnapshotID(using: &generator), generation: 1,
        createdAt: now, expiresAt: now + .seconds(3600), ttl: .seconds(3600))
    record.port = 20_000
    record.rolePassword = "secret"
    return record
}
