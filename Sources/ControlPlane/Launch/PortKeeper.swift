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
    private let sockets = Mutex<[String: (port: Int, descriptor: Int32)]>([:])
    let knocks: AsyncStream<String>
    private let report: AsyncStream<String>.Continuation

    init() { (knocks, report) = AsyncStream.makeStream(of: String.self) }

    deinit {
        report.finish()
        sockets.withLock { for socket in $0.values { close(socket.descriptor) } }
    }

    /// Listens for an environment, unless it does already. Held on another port, that one is given up.
    func hold(id: String, address: String, port: Int) throws(ControlError) {
        if sockets.withLock({ $0[id]?.port == port }) { return }
        release(id: id)
        let descriptor = try listen(address, port)
        sockets.withLock { $0[id] = (port, descriptor) }
    }

    func descriptor(id: String) -> Int32? { sockets.withLock { $0[id]?.descriptor } }

    func release(id: String) {
        if let socket = sockets.withLock({ $0.removeValue(forKey: id) }) { close(socket.descriptor) }
    }

    func watch(id: String) {}

    private func listen(_ address: String, _ number: Int) throws(ControlError) -> Int32 {
        guard let port = UInt16(exactly: number) else {
            throw ControlError(.invalidRequest, subject: "\(number)", "\(number) is no port number")
        }
        let socket = cs_listen_tcp(address, port, 1024)
        guard socket < 0 else { return socket }
        let place = "\(address):\(number)"
        switch -socket {
        case EADDRINUSE:
            throw ControlError(
                .portInUse, subject: "\(number)", "another process listens on \(place)",
                hint: "end it, or give envctl other ports with ENVCTL_PORTS")
        case let code:
            throw ControlError(
                .misconfigured, subject: place, "cannot listen on \(place): \(String(cString: strerror(code)))",
                hint: "check the address and the range of ports (ENVCTL_PORTS)")
        }
    }
}
