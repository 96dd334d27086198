import Environments
import Logging
import Postgres

/// What `CloneSealer` does, so that tests can put faults in its place.
protocol Sealer: Sendable {
    func seal(_ request: SealRequest) async throws(ControlError) -> SealedEnvironment
}

/// What `Prober` does, so that tests can put faults in its place.
protocol EndpointProber: Sendable {
    func probe(
        endpoint: String, credential: ProbeCredential, target: ProbeTarget?, deadline: Duration,
        stillRuns: @Sendable () -> Bool
    ) async throws(ControlError)
}

extension CloneSealer: Sealer {}
extension Prober: EndpointProber {}

/// The parts that act on the world.
struct Effectors: Sendable {
    var provider: any CloneProvider
    var sealer: any Sealer
    var launcher: any Launcher
    var prober: any EndpointProber
    /// For environments whose snapshot is a registered Aurora cluster; nil where there can be none.
    var aurora: AuroraProvider?
    /// What servers show to clients that speak TLS; nil where none is spoken.
    var certificate: ServerCertificate?

    init(
        provider: any CloneProvider, sealer: any Sealer, launcher: any Launcher, prober: any EndpointProber,
        aurora: AuroraProvider? = nil, certificate: ServerCertificate? = nil
    ) {
        self.aurora = aurora
        self.provider = provider
        self.sealer = sealer
        self.launcher = launcher
        self.prober = prober
        self.certificate = certificate
    }
}

/// Carries the state machine's effects out for one environment at a time.
struct EffectPerformer: Sendable {
    let effectors: Effectors
    let store: RecordStore
    let installation: InstallationID
    let configuration: ControlPlaneConfiguration

    func observe(_ record: EnvironmentRecord) -> Observation {
        let holdsPort = effectors.launcher.holdsPort(id: record.id.text)
        switch record.phase {
        case .queued, .requested, .cloning, .sealing, .deleted:
            // A server is started only after sealing, so there is nothing to look for.
            return Observation(server: nil, holdsPort: holdsPort)
        case .starting, .probing, .ready, .hibernated, .resetting, .expiring, .failed, .deleting:
            if let server = record.server, effectors.launcher.isAlive(process(server, record)) {
                return Observation(server: server, holdsPort: holdsPort)
            }
            let found = effectors.launcher.find(id: record.id.text, directory: directory(record))
            return Observation(
                server: found.map { ServerIdentity(pid: $0.pid, startTime: $0.startTime) }, holdsPort: holdsPort)
        }
    }

    func perform(
        _ effect: Effect, _ record: EnvironmentRecord, observed: Observation, claim: Int64
    ) async throws(ControlError) -> EffectResult {
        switch effect {
        case .clone: try await clone(record)
        case .seal: try await seal(record, claim)
        case .takePort: try await takePort()
        case .launch: try await launch(record)
        case .probe: try await probe(record, observed)
        case .stopServer: try await stop(record, observed)
        case .holdPort: try holdPort(record)
        case .dropPrevious: try await dropPrevious(record)
        case .dropStorage: try await drop(record)
        }
    }

    /// The provider of an environment's clones at AWS; nil for one that is copied from a template.
    private func aurora(_ record: EnvironmentRecord) throws(ControlError) -> AuroraProvider? {
        guard record.storage == .aurora else { return nil }
        guard let aurora = effectors.aurora else {
            throw ControlError(
                .misconfigured, subject: record.name.text, "this control plane clones no Aurora clusters")
        }
        return aurora
    }

    private func clone(_ record: EnvironmentRecord) async throws(ControlError) -> EffectResult {
        if let aurora = try aurora(record) { return try await aurora.make(record) }
        let source = ResourceNames.snapshotDatabase(record.snapshotID, generation: record.generation)
        let mark = InstallationMark(
            installation: installation.text, kind: .environment, id: record.id.text, generation: record.incarnation)
        try await effectors.provider.clone(
            CloneRequest(
                source: source, target: record.database, role: record.role, rolePassword: try password(record),
                mark: mark))
        return .done
    }

    private func seal(_ record: EnvironmentRecord, _ claim: Int64) async throws(ControlError) -> EffectResult {
        if let aurora = try aurora(record) {
            let sealed = try await aurora.databases(of: record).seal(
                role: record.role, password: try password(record), keeping: record.credential, claim: claim)
            return .sealed(
                accountID: sealed.accountID,
                credential: EnvironmentCredential(
                    accessKeyID: sealed.accessKeyID, secretAccessKey: sealed.secretAccessKey))
        }
        // What a reset replaces is still there, and the role could connect to it.
        for database in record.databases.dropLast() { try await effectors.provider.close(database: database) }
        let sealed = try await effectors.sealer.seal(
            SealRequest(
                database: record.database, role: record.role, rolePassword: try password(record),
                accountID: record.accountID, keeping: record.credential, claim: claim))
        return .sealed(
            accountID: sealed.accountID,
            credential: EnvironmentCredential(
                accessKeyID: sealed.accessKeyID, secretAccessKey: sealed.secretAccessKey))
    }

    /// Ends a server that was started after the claim was lost, unless the environment is still this machine's: then
    /// whoever works on it now finds the server and adopts it.
    func undoLaunch(_ server: ServerIdentity, _ record: EnvironmentRecord) async throws(ControlError) {
        if let now = try await store.find(id: record.id), now.host == store.replica, now.phase.isWanted { return }
        effectors.launcher.releasePort(id: record.id.text)
        try await effectors.launcher.stop(process(server, record))
    }

    private func takePort() async throws(ControlError) -> EffectResult {
        let unreserved = try await store.unreservedPorts(configuration.ports)
        guard !unreserved.isEmpty else { throw ControlError.portsUsedUp(configuration.ports) }
        let address = configuration.endpointAddress
        guard let port = unreserved.first(where: { effectors.launcher.isFree(port: $0, address: address) }) else {
            throw ControlError(
                .capacity, subject: "ports",
                "other processes hold every port from \(configuration.ports.lowerBound) to "
                    + "\(configuration.ports.upperBound) that no environment has reserved",
                hint: "end them, or start the control plane with a larger ENVCTL_PORTS")
        }
        return .port(port)
    }

    private func launch(_ record: EnvironmentRecord) async throws(ControlError) -> EffectResult {
        guard let port = record.port else { throw ControlError(.failed, "no port is reserved") }
        let database: PostgresConfiguration
        var dataDatabase: String?
        if let aurora = try aurora(record) {
            let served = try await aurora.served(record)
            (database, dataDatabase) = (served.catalog, served.dataDatabase)
        } else {
            database = effectors.provider.connection(
                to: record.database, user: record.role, password: try password(record))
        }
        let server = try await effectors.launcher.launch(
            LaunchRequest(
                id: record.id.text, directory: directory(record), address: configuration.endpointAddress, port: port,
                database: database, dataDatabase: dataDatabase, region: record.region,
                certificate: effectors.certificate))
        return .launched(ServerIdentity(pid: server.pid, startTime: server.startTime))
    }

    private func probe(
        _ record: EnvironmentRecord, _ observed: Observation
    ) async throws(ControlError) -> EffectResult {
        guard let credential = record.credential, let endpoint = configuration.endpoint(of: record) else {
            throw ControlError(.failed, "the environment has no credential or no port to probe with")
        }
        let target = try await store.generation(record.snapshotID, record.generation)?.probeTarget
            .flatMap(ProbeTarget.init(json:))
        try await effectors.prober.probe(
            endpoint: endpoint,
            credential: ProbeCredential(
                accessKeyID: credential.accessKeyID, secretAccessKey: credential.secretAccessKey,
                region: record.region),
            target: target,
            // A clone that paused answers after half a minute.
            deadline: record.storage == .aurora
                ? AuroraDatabases.connectTimeout * 2 : configuration.tunables.probeDeadline,
            stillRuns: { [launcher = effectors.launcher] in
                observed.server.map { launcher.isAlive(process($0, record)) } ?? false
            })
        return .done
    }

    private func stop(_ record: EnvironmentRecord, _ observed: Observation) async throws(ControlError) -> EffectResult {
        // What will serve again keeps its port, so that clients wait for it instead of being refused.
        if record.phase.isWanted {
            if observed.server != nil { _ = try holdPort(record) }
        } else {
            effectors.launcher.releasePort(id: record.id.text)
        }
        if let server = observed.server { try await effectors.launcher.stop(process(server, record)) }
        return .done
    }

    private func holdPort(_ record: EnvironmentRecord) throws(ControlError) -> EffectResult {
        guard let port = record.port else { throw ControlError(.failed, "no port is reserved") }
        try effectors.launcher.holdPort(
            PortRequest(
                id: record.id.text, directory: directory(record), address: configuration.endpointAddress, port: port))
        return .done
    }

    /// What a start does: listens for everything that serves or is to serve again, be its server running, dead or
    /// asleep, so that clients wait instead of being refused whatever happens to the servers.
    ///
    /// - Returns: those asleep whose port is not held; a worker has to see to them.
    func holdPorts(of records: [EnvironmentRecord], logger: Logger) -> [EnvironmentID] {
        var unheld: [EnvironmentID] = []
        for record in records where record.port != nil && record.isServed {
            do {
                _ = try holdPort(record)
                if record.phase == .hibernated { effectors.launcher.watchPort(id: record.id.text) }
            } catch {
                // The step that needs the port meets the same error and deals with it.
                if record.phase == .hibernated { unheld.append(record.id) }
                logger.warning(
                    "a port is not held", metadata: ["environment": "\(record.name)", "error": "\(error)"])
            }
        }
        return unheld
    }

    private func dropPrevious(_ record: EnvironmentRecord) async throws(ControlError) -> EffectResult {
        if let aurora = try aurora(record) {
            return try await aurora.drop(
                record, Array(min(record.oldestIncarnation, record.incarnation)..<record.incarnation))
        }
        for database in record.databases.dropLast() {
            try await effectors.provider.drop(database: database, role: nil)
        }
        return .done
    }

    private func drop(_ record: EnvironmentRecord) async throws(ControlError) -> EffectResult {
        if let aurora = try aurora(record) {
            let result = try await aurora.drop(
                record, Array(min(record.oldestIncarnation, record.incarnation)...record.incarnation))
            if case .waiting = result { return result }
            try PosixFile.remove(directory(record))
            return result
        }
        _ = try await dropPrevious(record)
        try await effectors.provider.drop(database: record.database, role: record.role)
        try PosixFile.remove(directory(record))
        return .done
    }

    private func password(_ record: EnvironmentRecord) throws(ControlError) -> String {
        guard let password = record.rolePassword else {
            throw ControlError(.misconfigured, subject: record.name.text, "the record has no role password")
        }
        return password
    }

    private func directory(_ record: EnvironmentRecord) -> String { configuration.environmentDirectory(record.id) }

    private func process(_ server: ServerIdentity, _ record: EnvironmentRecord) -> ServerProcess {
        ServerProcess(pid: server.pid, startTime: server.startTime, port: record.port ?? 0)
    }
}

extension EnvironmentRecord {
    /// Whether clients may connect now or soon.
    fileprivate var isServed: Bool {
        switch phase {
        case .starting, .probing, .ready, .hibernated, .resetting: true
        // Again, in a reset; else nobody knows the endpoint yet.
        case .cloning, .sealing: readyAt != nil
        case .queued, .requested, .expiring, .failed, .deleting, .deleted: false
        }
    }
}

extension ControlPlaneConfiguration {
    /// The URL of an environment's endpoint; nil while it has no port.
    func endpoint(of record: EnvironmentRecord) -> String? {
        guard let port = record.port else { return nil }
        return (usesTLS ? "https://" : "http://") + ListenAddress.tcp(host: endpointHost, port: port).description
    }
}

extension ControlError {
    static func portsUsedUp(_ ports: ClosedRange<Int>) -> ControlError {
        ControlError(
            .capacity, subject: "ports",
            "every port from \(ports.lowerBound) to \(ports.upperBound) is reserved by an environment",
            hint: "delete environments that nobody needs, or start the control plane with a larger ENVCTL_PORTS")
    }
}
