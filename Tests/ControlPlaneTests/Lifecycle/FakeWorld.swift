import Environments
import Postgres
import Synchronization

@testable import ControlPlane

/// Databases, roles and servers that exist only in memory, with faults on demand: stands in for the provider, the
/// sealer, the launcher, the prober and the importer where a test needs failures that the real ones cannot be made to
/// have. Breaking a rule of theirs is written to `violations`.
final class FakeWorld: Sendable {
    enum Call: String, Sendable, Hashable { case clone, drop, seal, launch, stop, probe, `import` }

    struct State: Sendable {
        var databases: [String: InstallationMark] = [:]
        /// Databases that are somebody else's.
        var foreign: [String: InstallationMark] = [:]
        var sealed: Set<String> = []
        var closed: Set<String> = []
        var roles: [String: InstallationMark] = [:]
        var servers: [String: ServerProcess] = [:]
        /// The database that each environment's last server was started on.
        var served: [String: String] = [:]
        var nextPID: Int32 = 1000
        var calls: [Call] = []
        var active: [Call: Int] = [:]
        var peak: [Call: Int] = [:]
        var faults: [Call: [ControlError]] = [:]
        var busyPorts: Set<Int> = []
        var heldPorts: [String: Int] = [:]
        var watched: Set<String> = []
        var sinceLastRequest: [String: Duration] = [:]
        var violations: [String] = []
        var progress: ImportProgress?
    }

    let state = Mutex(State())
    private let gates = Mutex<[Call: Gate]>([:])
    private let knocking = Mutex(Knocking())

    private struct Knocking {
        var listener: AsyncStream<String>.Continuation?
        /// Of clients that came while no process listened: their connections wait in the sockets' queues.
        var unheard: [String] = []
    }

    /// A stream for each process that asks; the last one is told, and first what none has heard.
    var knocks: AsyncStream<String> {
        let (stream, continuation) = AsyncStream.makeStream(of: String.self)
        knocking.withLock { knocking in
            for id in knocking.unheard { continuation.yield(id) }
            knocking = Knocking(listener: continuation)
        }
        return stream
    }

    var snapshot: State { state.withLock { $0 } }

    /// The next calls of that kind fail with these errors, one each, before they do anything.
    func fail(_ call: Call, with errors: [ControlError]) {
        state.withLock { $0.faults[call, default: []] += errors }
    }

    /// Calls of that kind stop at a gate until it is opened.
    func close(_ call: Call) -> Gate {
        let gate = Gate()
        gates.withLock { $0[call] = gate }
        return gate
    }

    func open(_ call: Call) {
        gates.withLock { $0.removeValue(forKey: call) }?.open()
    }

    func killServer(of id: EnvironmentID) {
        state.withLock { $0.servers[id.text] = nil }
    }

    private func enter(_ call: Call) async throws(ControlError) {
        let fault = state.withLock { state -> ControlError? in
            state.calls.append(call)
            state.active[call, default: 0] += 1
            state.peak[call] = max(state.peak[call] ?? 0, state.active[call] ?? 0)
            guard var faults = state.faults[call], !faults.isEmpty else { return nil }
            let first = faults.removeFirst()
            state.faults[call] = faults
            return first
        }
        if let gate = gates.withLock({ $0[call] }) { await gate.pass() }
        // Lets calls overlap, so that a limit that is not kept shows.
        for _ in 0..<20 { await Task.yield() }
        if Task.isCancelled {
            leave(call)
            throw ControlError(.cancelled, "cancelled")
        }
        if let fault {
            leave(call)
            throw fault
        }
    }

    private func leave(_ call: Call) {
        state.withLock { $0.active[call, default: 0] -= 1 }
    }
}

/// Where calls wait until a test lets them on.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [CheckedContinuation<Void, Never>] = []
        var arrived = 0
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    func pass() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready = state.withLock { state -> [CheckedContinuation<Void, Never>] in
                    state.arrived += 1
                    let told = state.watchers.filter { $0.count <= state.arrived }.map(\.continuation)
                    state.watchers.removeAll { $0.count <= state.arrived }
                    if state.isOpen || Task.isCancelled { return told + [continuation] }
                    state.waiting.append(continuation)
                    return told
                }
                for continuation in ready { continuation.resume() }
            }
        } onCancel: {
            open()
        }
    }

    /// Returns when so many calls have come to the gate.
    func arrivals(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isDone = state.withLock { state -> Bool in
                if state.arrived >= count { return true }
                state.watchers.append((count, continuation))
                return false
            }
            if isDone { continuation.resume() }
        }
    }

    func open() {
        let waiting = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}

extension FakeWorld: CloneProvider {
    func clone(_ request: CloneRequest) async throws(ControlError) {
        try await enter(.clone)
        defer { leave(.clone) }
        let refusal = state.withLock { state -> ControlError? in
            if let taken = state.databases[request.target] ?? state.foreign[request.target], taken != request.mark {
                return Self.notOurs(request.target)
            }
            if state.databases[request.source] == nil {
                return ControlError(.notFound, subject: request.source, "there is no database \(request.source)")
            }
            if state.databases[request.target] == nil { state.sealed.remove(request.target) }
            state.databases[request.target] = request.mark
            state.roles[request.role] = request.mark
            return nil
        }
        if let refusal { throw refusal }
    }

    func drop(database: String?, role: String?) async throws(ControlError) {
        try await enter(.drop)
        defer { leave(.drop) }
        if let database, state.withLock({ $0.foreign[database] != nil }) { throw Self.notOurs(database) }
        state.withLock { state in
            if let database {
                if let mark = state.databases[database], state.servers[mark.id] != nil,
                    state.served[mark.id] == database
                {
                    state.violations.append("dropped \(database) under a running server")
                }
                state.databases[database] = nil
                state.sealed.remove(database)
            }
            if let role { state.roles[role] = nil }
        }
    }

    func close(database: String) async throws(ControlError) {
        if state.withLock({ $0.foreign[database] != nil }) { throw Self.notOurs(database) }
        state.withLock { _ = $0.closed.insert(database) }
    }

    private static func notOurs(_ database: String) -> ControlError {
        ControlError(.conflict, subject: database, "the database \(database) is not ours")
    }

    func list() async throws(ControlError) -> [OwnedResource] {
        state.withLock { state in
            state.databases.map { OwnedResource(database: $0.key, role: nil, mark: $0.value) }
                + state.roles.map { OwnedResource(database: nil, role: $0.key, mark: $0.value) }
        }
    }

    func connection(to database: String, user: String, password: String) -> PostgresConfiguration {
        PostgresConfiguration(host: "/nowhere", user: user, password: password, database: database)
    }
}

extension FakeWorld: Sealer {
    func seal(_ request: SealRequest) async throws(ControlError) -> SealedEnvironment {
        try await enter(.seal)
        defer { leave(.seal) }
        let number = state.withLock { state -> Int in
            if state.databases[request.database] == nil { state.violations.append("sealed nothing") }
            state.sealed.insert(request.database)
            return state.calls.count
        }
        if let kept = request.keeping {
            return SealedEnvironment(
                accountID: request.accountID, accessKeyID: kept.accessKeyID, secretAccessKey: kept.secretAccessKey)
        }
        return SealedEnvironment(
            accountID: request.accountID, accessKeyID: "AKIA\(number)", secretAccessKey: "secret-of-\(number)")
    }
}

extension FakeWorld: Launcher {
    func launch(_ request: LaunchRequest) async throws(ControlError) -> ServerProcess {
        try await enter(.launch)
        defer { leave(.launch) }
        let outcome = state.withLock { state -> Result<ServerProcess, ControlError> in
            if state.busyPorts.contains(request.port) {
                return .failure(
                    ControlError(.portInUse, subject: "\(request.port)", "port \(request.port) is taken"))
            }
            if !state.sealed.contains(request.database.database) {
                state.violations.append("started a server on an unsealed copy")
            }
            if let running = state.servers[request.id] {
                // Another port replaces the server.
                if running.port == request.port { return .success(running) }
                state.servers[request.id] = nil
            }
            if state.servers.values.contains(where: { $0.port == request.port }) {
                state.violations.append("two servers on port \(request.port)")
            }
            state.nextPID += 1
            let process = ServerProcess(pid: state.nextPID, startTime: Int64(state.nextPID) * 7, port: request.port)
            state.servers[request.id] = process
            state.served[request.id] = request.database.database
            state.heldPorts[request.id] = request.port
            return .success(process)
        }
        return try outcome.get()
    }

    func isFree(port: Int, address: String) -> Bool {
        state.withLock { !$0.busyPorts.contains(port) && !$0.heldPorts.values.contains(port) }
    }

    func isAlive(_ process: ServerProcess) -> Bool {
        state.withLock { state in
            state.servers.values.contains { $0.pid == process.pid && $0.startTime == process.startTime }
        }
    }

    func stop(_ process: ServerProcess) async throws(ControlError) {
        try await enter(.stop)
        defer { leave(.stop) }
        state.withLock { state in
            for (id, server) in state.servers where server.pid == process.pid { state.servers[id] = nil }
        }
    }

    func holdPort(_ request: PortRequest) throws(ControlError) {
        let isTaken = state.withLock { state -> Bool in
            if state.busyPorts.contains(request.port) { return true }
            if state.heldPorts.contains(where: { $0.key != request.id && $0.value == request.port }) { return true }
            state.heldPorts[request.id] = request.port
            return false
        }
        if isTaken { throw ControlError(.portInUse, subject: "\(request.port)", "port \(request.port) is taken") }
    }

    func holdsPort(id: String) -> Bool { state.withLock { $0.heldPorts[id] != nil } }

    func releasePort(id: String) { state.withLock { $0.heldPorts[id] = nil } }

    func watchPort(id: String) { state.withLock { _ = $0.watched.insert(id) } }

    /// As if a client connected to the held port of a watched environment.
    func knock(_ id: EnvironmentID) {
        let isWatched = state.withLock { $0.watched.remove(id.text) != nil }
        guard isWatched else { return }
        knocking.withLock { knocking in
            // Ports are watched before the first process listens, and after a process that listened has ended.
            if case .enqueued? = knocking.listener?.yield(id.text) { return }
            knocking.unheard.append(id.text)
        }
    }

    func sinceLastRequest(directory: String) -> Duration? { state.withLock { $0.sinceLastRequest[directory] } }

    func find(id: String, directory: String) -> ServerProcess? { state.withLock { $0.servers[id] } }

    func log(directory: String, lines: Int) throws(ControlError) -> [String] { ["a line", "another"] }
}

extension FakeWorld: EndpointProber {
    func probe(
        endpoint: String, credential: ProbeCredential, target: ProbeTarget?, deadline: Duration,
        stillRuns: @Sendable () -> Bool
    ) async throws(ControlError) {
        try await enter(.probe)
        defer { leave(.probe) }
        guard stillRuns() else { throw ControlError(.failed, "the server ended before it answered") }
    }
}

extension FakeWorld: Importer {
    func run(
        _ request: ImportRequest, progress: @escaping @Sendable (ImportProgress) -> Void
    ) async throws(ControlError) -> ImportedGeneration {
        state.withLock { $0.databases[request.database] = request.mark }
        progress(ImportProgress(itemsDone: 3, itemsTotal: 5, bytesDone: 30, bytesTotal: 50))
        do {
            try await enter(.import)
        } catch {
            _ = state.withLock { $0.databases.removeValue(forKey: request.database) }
            throw error
        }
        defer { leave(.import) }
        return ImportedGeneration(
            tables: [.init(name: "shop", items: 5, bytes: 50)], probeTarget: nil, accountID: "123456789012",
            region: "eu-central-1", databaseBytes: 8_000_000)
    }
}
