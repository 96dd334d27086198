import Environments

/// What really exists while decisions are driven: databases with whose data and which credential, roles, servers with
/// the database that they serve, and held ports, of any number of environments. Faults are drawn from a seed.
///
/// Breaking a rule is written to `violations`, each beginning with the name of the property that it breaks.
struct SimulatedWorld {
    /// One database of an environment.
    struct Copy: Hashable {
        /// Tells this copy from another one that was made under the same name.
        var serial: Int
        var snapshot: SnapshotID
        var generation: Int
        /// The access key that its server accepts; nil until it is sealed.
        var credential: String?
        /// Whether a user was told that it is ready: from then on its contents are theirs.
        var isHandedOut = false
    }

    struct Server: Hashable {
        var identity: ServerIdentity
        var database: String
        var port: Int
    }

    /// Generations of snapshots that can be copied.
    var templates: [SnapshotID: Set<Int>] = [:]
    var databases: [String: Copy] = [:]
    /// By environment.
    var roles: Set<String> = []
    var servers: [EnvironmentID: Server] = [:]
    var heldPorts: [EnvironmentID: Int] = [:]
    /// Ports that foreign processes listen on.
    var foreignPorts: Set<Int> = []
    private(set) var copiesMade = 0
    private(set) var serversStarted: Int32 = 0
    private(set) var violations: [String] = []
    private(set) var effects: [(id: EnvironmentID, effect: Effect)] = []

    mutating func violated(_ property: String, _ what: String) { violations.append("\(property): \(what)") }

    /// Carries an effect out, unless a fault comes before it; one in the middle leaves it half done, and one after it
    /// loses the answer only.
    mutating func perform(
        _ effect: Effect, for record: EnvironmentRecord, faults: Double, using generator: inout SeededGenerator
    ) -> Result<EffectResult, ControlError> {
        effects.append((record.id, effect))
        if generator.chance(faults) { return .failure(Self.fault(&generator)) }
        do throws(ControlError) {
            let result = try carryOut(effect, record, faults, &generator)
            if generator.chance(faults) { return .failure(Self.lostReply(&generator)) }
            return .success(result)
        } catch {
            return .failure(error)
        }
    }

    func observe(_ record: EnvironmentRecord) -> Observation {
        switch record.phase {
        case .queued, .requested, .cloning, .sealing, .deleted:
            // As the performer: a server is started only after sealing, so none is looked for.
            Observation(server: nil, holdsPort: heldPorts[record.id] != nil)
        case .starting, .probing, .ready, .hibernated, .resetting, .expiring, .failed, .deleting:
            Observation(server: servers[record.id]?.identity, holdsPort: heldPorts[record.id] != nil)
        }
    }

    mutating func killServer(_ id: EnvironmentID) { servers[id] = nil }

    /// The copy that a client reaches with that environment's credential now; nil when it is refused or not answered.
    func served(to record: EnvironmentRecord) -> (database: String, copy: Copy)? {
        guard let server = servers[record.id], let copy = databases[server.database],
            let key = record.credential?.accessKeyID, copy.credential == key
        else { return nil }
        return (server.database, copy)
    }

    /// Whether anything of the environment is left.
    func holdsAnything(of record: EnvironmentRecord) -> Bool {
        record.databases.contains { databases[$0] != nil } || roles.contains(record.role)
            || servers[record.id] != nil || heldPorts[record.id] != nil
    }

    /// Whether the environment's copy of now is there and sealed with its credential.
    func hasSealedCopy(_ record: EnvironmentRecord) -> Bool {
        databases[record.database].map { $0.credential == record.credential?.accessKeyID } ?? false
    }

    /// To be told when a record says `ready`.
    mutating func handOut(_ record: EnvironmentRecord) { databases[record.database]?.isHandedOut = true }

    static func fault(_ generator: inout SeededGenerator) -> ControlError {
        let codes: [ControlError.Code] = [.failed, .unavailable, .timeout, .portInUse, .capacity]
        return ControlError(generator.pick(codes) ?? .failed, "a simulated fault")
    }

    /// What a caller is told when something was done, and it does not hear so. (That the port is taken is said before
    /// anything is done.)
    static func lostReply(_ generator: inout SeededGenerator) -> ControlError {
        ControlError(generator.pick([.failed, .unavailable, .timeout]) ?? .failed, "a simulated lost reply")
    }

    // MARK: - Effects

    private mutating func carryOut(
        _ effect: Effect, _ record: EnvironmentRecord, _ faults: Double, _ generator: inout SeededGenerator
    ) throws(ControlError) -> EffectResult {
        switch effect {
        case .clone: try clone(record, faults, &generator)
        case .seal: return seal(record)
        case .takePort: return .port(try freePort(&generator))
        case .launch: return .launched(try launch(record))
        case .probe:
            if servers[record.id] == nil { throw ControlError(.failed, "the server ended before it answered") }
            if served(to: record)?.database != record.database {
                violated("ready-means-ready", "\(record.name) was probed through another copy")
            }
        case .stopServer:
            if record.phase.isWanted {
                if let server = servers[record.id] { heldPorts[record.id] = server.port }
            } else {
                heldPorts[record.id] = nil
            }
            servers[record.id] = nil
        case .holdPort:
            guard let port = record.port else { throw ControlError(.failed, "no port is reserved") }
            try hold(port, record)
        case .dropPrevious: drop(record.databases.dropLast(), record)
        case .dropStorage:
            drop(record.databases.dropLast(), record)
            if generator.chance(faults) { throw Self.lostReply(&generator) }
            drop([record.database], record)
            roles.remove(record.role)
        }
        return .done
    }

    private mutating func clone(
        _ record: EnvironmentRecord, _ faults: Double, _ generator: inout SeededGenerator
    ) throws(ControlError) {
        if let existing = databases[record.database] {
            if existing.isHandedOut { violated("nothing-lost", "\(record.name): copied over a user's data") }
            if existing.generation != record.generation {
                violated("never-wrong-data", "\(record.name): took up a copy of another generation")
            }
        } else if templates[record.snapshotID]?.contains(record.generation) != true {
            throw ControlError(.notFound, "the template database does not exist")
        }
        roles.insert(record.role)
        if generator.chance(faults) { throw Self.lostReply(&generator) }
        guard databases[record.database] == nil else { return }
        copiesMade += 1
        databases[record.database] = Copy(
            serial: copiesMade, snapshot: record.snapshotID, generation: record.generation, credential: nil)
    }

    private mutating func seal(_ record: EnvironmentRecord) -> EffectResult {
        let credential =
            record.credential
            ?? EnvironmentCredential(accessKeyID: "AK\(effects.count)", secretAccessKey: "s")
        guard let copy = databases[record.database] else {
            violated("sealed-before-served", "\(record.name): sealed nothing")
            return .done
        }
        if copy.isHandedOut { violated("nothing-lost", "\(record.name): sealed a user's data again") }
        if servers[record.id]?.database == record.database {
            violated("nothing-lost", "\(record.name): sealed under a running server")
        }
        databases[record.database]?.credential = credential.accessKeyID
        return .sealed(accountID: "123456789012", credential: credential)
    }

    private mutating func launch(_ record: EnvironmentRecord) throws(ControlError) -> ServerIdentity {
        guard let port = record.port else { throw ControlError(.failed, "no port is reserved") }
        if let running = servers[record.id], running.port == port { return running.identity }
        servers[record.id] = nil
        try hold(port, record)
        if !hasSealedCopy(record) {
            violated("sealed-before-served", "\(record.name): a server on a copy that is not sealed for it")
        }
        serversStarted += 1
        let identity = ServerIdentity(pid: 100 + serversStarted, startTime: Int64(serversStarted))
        servers[record.id] = Server(identity: identity, database: record.database, port: port)
        return identity
    }

    private mutating func hold(_ port: Int, _ record: EnvironmentRecord) throws(ControlError) {
        if heldPorts[record.id] == port { return }
        let isTaken =
            foreignPorts.contains(port) || heldPorts.contains { $0.key != record.id && $0.value == port }
            || servers.contains { $0.key != record.id && $0.value.port == port }
        guard !isTaken else { throw ControlError(.portInUse, "port \(port) is taken") }
        heldPorts[record.id] = port
    }

    private func freePort(_ generator: inout SeededGenerator) throws(ControlError) -> Int {
        let taken = foreignPorts.union(heldPorts.values).union(servers.values.map(\.port))
        guard let port = generator.pick((20_000..<20_064).filter { !taken.contains($0) }) else {
            throw ControlError(.capacity, "every port is taken")
        }
        return port
    }

    private mutating func drop(_ names: some Sequence<String>, _ record: EnvironmentRecord) {
        for name in names {
            if let server = servers[record.id], server.database == name {
                violated("stop-before-drop", "\(record.name): dropped \(name) under a running server")
            }
            databases[name] = nil
        }
    }
}
