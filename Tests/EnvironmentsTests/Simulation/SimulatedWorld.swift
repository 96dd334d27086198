import Environments

/// What really exists while decisions are driven: databases with whose data and which credential, roles, servers with
/// the database that they serve, held ports and directories, of any number of environments on any number of machines.
/// Faults are drawn from a seed.
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
        /// The claim under which it was sealed; an older one must not seal it again.
        var sealedUnder: Int64 = 0
    }

    /// An environment on a machine.
    struct Place: Hashable {
        var id: EnvironmentID
        var host: String
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
    var servers: [Place: Server] = [:]
    var heldPorts: [Place: Int] = [:]
    var directories: Set<Place> = []
    /// Ports that foreign processes listen on, on every machine.
    var foreignPorts: Set<Int> = []
    /// Where servers may listen, and what of it the records have given away.
    var ports = 20_000..<20_064
    var reservedPorts: Set<Int> = []
    /// What a copy of each snapshot takes, of how much in all; nil: without end.
    var copyBytes: [SnapshotID: Int64] = [:]
    var diskBytes: Int64?
    private(set) var copiesMade = 0
    private(set) var serversStarted: Int32 = 0
    private(set) var violations: [String] = []
    private(set) var effects: [(id: EnvironmentID, effect: Effect)] = []

    /// The only machine of a life that is driven alone.
    static let host = "one"

    mutating func violated(_ property: String, _ what: String) { violations.append("\(property): \(what)") }

    /// Carries an effect out, unless a fault comes before it; one in the middle leaves it half done, and one after it
    /// loses the answer only.
    mutating func perform(
        _ effect: Effect, for record: EnvironmentRecord, on host: String = Self.host, claim: Int64 = 0, faults: Double,
        using generator: inout SeededGenerator
    ) -> Result<EffectResult, ControlError> {
        effects.append((record.id, effect))
        if generator.chance(faults) { return .failure(Self.fault(&generator)) }
        do throws(ControlError) {
            let result = try carryOut(effect, record, host, claim, faults, &generator)
            if generator.chance(faults) { return .failure(Self.lostReply(&generator)) }
            return .success(result)
        } catch {
            return .failure(error)
        }
    }

    func observe(_ record: EnvironmentRecord, on host: String = Self.host) -> Observation {
        let place = Place(id: record.id, host: host)
        switch record.phase {
        case .queued, .requested, .cloning, .sealing, .deleted:
            // As the performer: a server is started only after sealing, so none is looked for.
            return Observation(server: nil, holdsPort: heldPorts[place] != nil)
        case .starting, .probing, .ready, .hibernated, .resetting, .expiring, .failed, .deleting:
            return Observation(server: servers[place]?.identity, holdsPort: heldPorts[place] != nil)
        }
    }

    mutating func killServer(_ id: EnvironmentID) { servers = servers.filter { $0.key.id != id } }

    /// The server of an environment on the machine that its record names.
    func server(of record: EnvironmentRecord) -> Server? {
        servers[Place(id: record.id, host: record.host ?? Self.host)]
    }

    func heldPort(of record: EnvironmentRecord) -> Int? {
        heldPorts[Place(id: record.id, host: record.host ?? Self.host)]
    }

    /// The copy that a client reaches with that environment's credential now; nil when it is refused or not answered.
    func served(to record: EnvironmentRecord) -> (database: String, copy: Copy)? {
        guard let server = server(of: record), let copy = databases[server.database],
            let key = record.credential?.accessKeyID, copy.credential == key
        else { return nil }
        return (server.database, copy)
    }

    /// What is left for copies; nil: without end.
    var diskFree: Int64? { diskBytes.map { $0 - databases.values.reduce(0) { $0 + (copyBytes[$1.snapshot] ?? 0) } } }

    /// Whether anything of the environment is left.
    func holdsAnything(of record: EnvironmentRecord) -> Bool {
        record.databases.contains { databases[$0] != nil } || roles.contains(record.role)
            || servers.contains { $0.key.id == record.id } || heldPorts.contains { $0.key.id == record.id }
            || directories.contains { $0.id == record.id }
    }

    /// Whether the environment's copy of now is there and sealed with its credential.
    func hasSealedCopy(_ record: EnvironmentRecord) -> Bool {
        databases[record.database].map { $0.credential == record.credential?.accessKeyID } ?? false
    }

    /// To be told when a record says `ready`.
    mutating func handOut(_ record: EnvironmentRecord) { databases[record.database]?.isHandedOut = true }

    /// What a machine that starts again has lost.
    mutating func releasePorts(on host: String) { heldPorts = heldPorts.filter { $0.key.host != host } }

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
        _ effect: Effect, _ record: EnvironmentRecord, _ host: String, _ claim: Int64, _ faults: Double,
        _ generator: inout SeededGenerator
    ) throws(ControlError) -> EffectResult {
        let place = Place(id: record.id, host: host)
        switch effect {
        case .clone: try clone(record, faults, &generator)
        case .seal: return try seal(record, claim)
        case .takePort: return .port(try freePort(host, &generator))
        case .launch: return .launched(try launch(record, place))
        case .probe:
            guard servers[place] != nil, databases[record.database] != nil else {
                throw ControlError(.failed, "the server ended before it answered")
            }
            if servers[place]?.database != record.database || !hasSealedCopy(record) {
                violated("ready-means-ready", "\(record.name) was probed through another copy")
            }
        case .stopServer:
            if record.phase.isWanted {
                if let server = servers[place] { heldPorts[place] = server.port }
            } else {
                heldPorts[place] = nil
            }
            servers[place] = nil
        case .holdPort:
            guard let port = record.port else { throw ControlError(.failed, "no port is reserved") }
            try hold(port, place)
        case .dropPrevious: drop(record.databases.dropLast(), seenFrom: host)
        case .dropStorage:
            drop(record.databases.dropLast(), seenFrom: host)
            if generator.chance(faults) { throw Self.lostReply(&generator) }
            drop([record.database], seenFrom: host)
            roles.remove(record.role)
            directories.remove(place)
        }
        return .done
    }

    private mutating func clone(
        _ record: EnvironmentRecord, _ faults: Double, _ generator: inout SeededGenerator
    ) throws(ControlError) {
        if let existing = databases[record.database] {
            if existing.generation != record.generation {
                violated("never-wrong-data", "\(record.name): took up a copy of another generation")
            }
        } else if templates[record.snapshotID]?.contains(record.generation) != true {
            throw ControlError(.notFound, "the template database does not exist")
        }
        roles.insert(record.role)
        if generator.chance(faults) { throw Self.lostReply(&generator) }
        guard databases[record.database] == nil else { return }
        let bytes = copyBytes[record.snapshotID] ?? 0
        if let diskFree, bytes > diskFree { throw ControlError(.capacity, "the disk is full") }
        copiesMade += 1
        databases[record.database] = Copy(
            serial: copiesMade, snapshot: record.snapshotID, generation: record.generation, credential: nil)
    }

    private mutating func seal(_ record: EnvironmentRecord, _ claim: Int64) throws(ControlError) -> EffectResult {
        let credential =
            record.credential ?? EnvironmentCredential(accessKeyID: "AK\(effects.count)", secretAccessKey: "s")
        guard let copy = databases[record.database] else {
            throw ControlError(.failed, "there is no database \(record.database)")
        }
        guard copy.sealedUnder <= claim else {
            throw ControlError(.failed, "a later claim than \(claim) has sealed the clone")
        }
        if copy.isHandedOut { violated("nothing-lost", "\(record.name): sealed a user's data again") }
        if servers.contains(where: { $0.value.database == record.database }) {
            violated("nothing-lost", "\(record.name): sealed under a running server")
        }
        databases[record.database]?.credential = credential.accessKeyID
        databases[record.database]?.sealedUnder = claim
        return .sealed(accountID: "123456789012", credential: credential)
    }

    private mutating func launch(
        _ record: EnvironmentRecord, _ place: Place
    ) throws(ControlError) -> ServerIdentity {
        guard let port = record.port else { throw ControlError(.failed, "no port is reserved") }
        if let running = servers[place], running.port == port { return running.identity }
        servers[place] = nil
        try hold(port, place)
        // A server on a database that somebody dropped starts, and answers nothing.
        if databases[record.database] != nil, !hasSealedCopy(record) {
            violated("sealed-before-served", "\(record.name): a server on a copy that is not sealed for it")
        }
        serversStarted += 1
        let identity = ServerIdentity(pid: 100 + serversStarted, startTime: Int64(serversStarted))
        servers[place] = Server(identity: identity, database: record.database, port: port)
        directories.insert(place)
        return identity
    }

    private mutating func hold(_ port: Int, _ place: Place) throws(ControlError) {
        if heldPorts[place] == port { return }
        guard !takenPorts(on: place.host, except: place.id).contains(port) else {
            throw ControlError(.portInUse, "port \(port) is taken")
        }
        heldPorts[place] = port
    }

    private func takenPorts(on host: String, except id: EnvironmentID?) -> Set<Int> {
        let held = heldPorts.filter { $0.key.host == host && $0.key.id != id }.values
        let served = servers.filter { $0.key.host == host && $0.key.id != id }.values.map(\.port)
        return foreignPorts.union(held).union(served)
    }

    private func freePort(_ host: String, _ generator: inout SeededGenerator) throws(ControlError) -> Int {
        let taken = takenPorts(on: host, except: nil).union(reservedPorts)
        guard let port = generator.pick(ports.filter { !taken.contains($0) }) else {
            throw ControlError(.capacity, "every port is taken")
        }
        return port
    }

    /// - Parameter host: where servers have been stopped before; those elsewhere are another machine's orphans.
    mutating func drop(_ names: some Sequence<String>, seenFrom host: String) {
        for name in names {
            if servers.contains(where: { $0.key.host == host && $0.value.database == name }) {
                violated("stop-before-drop", "dropped \(name) under a running server")
            }
            databases[name] = nil
        }
    }
}
