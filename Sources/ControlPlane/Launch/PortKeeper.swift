import CPlatform
import Environments
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The listening sockets of this machine's environments, kept beside the servers that they were handed to: a port is
/// never free between two servers, and a client that connects meanwhile waits in the socket's queue.
final class PortKeeper: Sendable {
    /// An environment's port.
    private struct Entry {
        let address: String
        let port: Int
        /// nil: a server listens there whose socket could not be taken over; `rebind` follows when it has ended.
        var descriptor: Int32?
        /// Whether a connection is to be reported.
        var isWatched = false
        /// Stands for the descriptor in the watch; nil while it is not in there.
        var token: UInt64?
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var ids: [UInt64: String] = [:]
        var lastToken: UInt64 = 0
        var watch: SocketWatch?
    }

    private let state = Mutex(State())
    /// Ids of environments on whose ports somebody waits.
    let knocks: AsyncStream<String>
    private let knocked: AsyncStream<String>.Continuation
    private let maximumSockets: Int

    /// Descriptors that the sockets leave to everything else in the process: connections, files, pipes.
    private static let otherDescriptors = 256
    /// Of a server, by the protocol of `LISTEN_FDS`.
    private static let inheritedDescriptor: Int32 = 3

    /// - Parameter maximumSockets: nil: as many as the limit of open files allows, which is raised as far as it goes.
    init(maximumSockets: Int? = nil) {
        (knocks, knocked) = AsyncStream.makeStream(of: String.self)
        self.maximumSockets = maximumSockets ?? Int(clamping: cs_raise_file_limit()) - Self.otherDescriptors
    }

    deinit {
        knocked.finish()
        state.withLock { state in
            for id in state.entries.keys { Self.close(id, &state) }
            state.watch?.end()
        }
    }

    /// Listens for an environment, unless it does already. Held on another port, that one is given up.
    ///
    /// - Parameter server: the environment's own server, which listens on the port now. Its socket is taken over; where
    ///   the system does not allow that, the port is held from `rebind` on.
    func hold(id: String, address: String, port: Int, server: ProcessIdentity? = nil) throws(ControlError) {
        let number = try Self.number(port)
        try state.withLock { state throws(ControlError) in
            var entry = Entry(address: address, port: port)
            if let held = state.entries[id] {
                if held.port == port, held.address == address, held.descriptor != nil { return }
                entry.isWatched = held.isWatched
                Self.close(id, &state)
            }
            if let server {
                let taken = cs_socket_take(server.pid, Self.inheritedDescriptor, number)
                entry.descriptor = taken >= 0 ? taken : nil
            }
            if entry.descriptor == nil, server?.isAlive != true {
                entry.descriptor = try listen(address, number, held: state.entries.count)
            }
            state.entries[id] = entry
            try arm(id, &state)
        }
    }

    /// Listens on the ports of a server that has ended where its socket could not be taken over before.
    func rebind(port: Int) throws(ControlError) {
        let number = try Self.number(port)
        try state.withLock { state throws(ControlError) in
            for (id, entry) in state.entries where entry.port == port && entry.descriptor == nil {
                do throws(ControlError) {
                    let socket = try listen(entry.address, number, held: state.entries.count)
                    state.entries[id]?.descriptor = socket
                } catch {
                    state.entries[id] = nil
                    throw error
                }
                try arm(id, &state)
            }
        }
    }

    func isHeld(id: String) -> Bool { state.withLock { $0.entries[id]?.descriptor != nil } }

    /// The socket, to be handed to a server: who connects from now on is the server's business, and no longer reported.
    func handOver(id: String) -> Int32? {
        state.withLock { state in
            state.entries[id]?.isWatched = false
            Self.disarm(id, &state)
            return state.entries[id]?.descriptor
        }
    }

    func release(id: String) {
        state.withLock { Self.close(id, &$0) }
    }

    /// Reports the id once when a connection waits on the held port, at once if one waits already.
    func watch(id: String) throws(ControlError) {
        try state.withLock { state throws(ControlError) in
            state.entries[id]?.isWatched = true
            try arm(id, &state)
        }
    }

    // MARK: Within the lock

    /// Puts a socket that is to be watched into the watch.
    private func arm(_ id: String, _ state: inout State) throws(ControlError) {
        guard let entry = state.entries[id], entry.isWatched, entry.token == nil, let descriptor = entry.descriptor
        else { return }
        if state.watch == nil {
            state.watch = SocketWatch { [weak self] token in self?.report(token) }
        }
        state.lastToken += 1
        guard let watch = state.watch, watch.add(descriptor, token: state.lastToken) else {
            throw ControlError(
                .capacity, subject: "\(entry.port)", "connections to port \(entry.port) cannot be watched for",
                hint: "the system has no descriptors or no memory left for it")
        }
        state.ids[state.lastToken] = id
        state.entries[id]?.token = state.lastToken
    }

    private static func disarm(_ id: String, _ state: inout State) {
        guard let entry = state.entries[id], let token = entry.token, let descriptor = entry.descriptor else { return }
        // Explicitly, since a server's copy of the socket would keep it in the watch when ours is closed.
        state.watch?.remove(descriptor)
        state.ids[token] = nil
        state.entries[id]?.token = nil
    }

    private static func close(_ id: String, _ state: inout State) {
        disarm(id, &state)
        guard let descriptor = state.entries.removeValue(forKey: id)?.descriptor else { return }
        #if canImport(Glibc)
            _ = Glibc.close(descriptor)
        #elseif canImport(Musl)
            _ = Musl.close(descriptor)
        #else
            _ = Darwin.close(descriptor)
        #endif
    }

    /// On the watch's thread. A token whose socket was taken out of the watch meanwhile is nobody's any more.
    private func report(_ token: UInt64) {
        let id = state.withLock { state -> String? in
            guard let id = state.ids[token] else { return nil }
            state.entries[id]?.isWatched = false
            Self.disarm(id, &state)
            return id
        }
        if let id { knocked.yield(id) }
    }

    private static func number(_ port: Int) throws(ControlError) -> UInt16 {
        guard let number = UInt16(exactly: port), number > 0 else {
            throw ControlError(.invalidRequest, subject: "\(port)", "\(port) is no port number")
        }
        return number
    }

    private func listen(_ address: String, _ port: UInt16, held: Int) throws(ControlError) -> Int32 {
        guard held < maximumSockets else { throw Self.tooManyFiles(held) }
        // As many as one may ask for; the system caps it.
        let socket = cs_listen_tcp(address, port, 4096)
        guard socket < 0 else { return socket }
        let place = "\(address):\(port)"
        switch -socket {
        case EADDRINUSE:
            throw ControlError(
                .portInUse, subject: "\(port)", "another process listens on \(place)",
                hint: "end it, or give envctl other ports with ENVCTL_PORTS")
        case EMFILE, ENFILE:
            throw Self.tooManyFiles(held)
        case let code:
            throw ControlError(
                .misconfigured, subject: place, "cannot listen on \(place): \(String(cString: strerror(code)))",
                hint: "check the address and the range of ports (ENVCTL_PORTS)")
        }
    }

    private static func tooManyFiles(_ held: Int) -> ControlError {
        ControlError(
            .capacity, subject: "open files",
            "no more listening sockets can be held: with \(held) of them this process reaches its limit of open files",
            hint: "start the control plane with a higher one (`ulimit -n`, or LimitNOFILE= of a service)")
    }
}
