import CPlatform
import Environments
import Testing

@testable import ControlPlane

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite struct PortKeeperTests {
    /// A port that nobody listens on.
    private func freePort() -> Int {
        let listener = Listener()
        defer { listener.close() }
        return listener.port
    }

    private func next(_ knocks: AsyncStream<String>) async -> String? {
        var iterator = knocks.makeAsyncIterator()
        return await iterator.next()
    }

    @Test func holdingAgainChangesNothingAndAnotherPortReplacesIt() throws {
        let keeper = PortKeeper()
        let (first, second) = (freePort(), freePort())
        try keeper.hold(id: "e", address: "127.0.0.1", port: first)
        let descriptor = try #require(keeper.handOver(id: "e"))
        #expect(fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0)
        try keeper.hold(id: "e", address: "127.0.0.1", port: first)
        #expect(keeper.handOver(id: "e") == descriptor)
        try keeper.hold(id: "e", address: "127.0.0.1", port: second)
        Listener(port: first).close()
        #expect(RawSocket(port: second).isConnected)
        keeper.release(id: "e")
        keeper.release(id: "e")
        #expect(!keeper.isHeld(id: "e") && keeper.handOver(id: "e") == nil)
        #expect(!RawSocket(port: second).isConnected)
    }

    @Test func aPortOfAnotherProcessIsNamed() {
        let keeper = PortKeeper()
        let listener = Listener()
        let error = #expect(throws: ControlError.self) {
            try keeper.hold(id: "e", address: "127.0.0.1", port: listener.port)
        }
        #expect(error?.code == .portInUse && error?.subject == "\(listener.port)")
        #expect(!keeper.isHeld(id: "e"))
        listener.close()
    }

    @Test(.timeLimit(.minutes(1))) func aConnectionThatComesOrWaitsIsReportedOnce() async throws {
        let keeper = PortKeeper()
        let ports = [freePort(), freePort()]
        for (number, port) in ports.enumerated() {
            try keeper.hold(id: "e\(number)", address: "127.0.0.1", port: port)
        }
        try keeper.watch(id: "e0")
        try keeper.watch(id: "e0")
        let clients = [RawSocket(port: ports[0]), RawSocket(port: ports[0])]
        #expect(clients.allSatisfy { $0.isConnected })
        #expect(await next(keeper.knocks) == "e0")
        // One waits before the watch begins; the two above were reported and are not again.
        let early = RawSocket(port: ports[1])
        try keeper.watch(id: "e1")
        #expect(await next(keeper.knocks) == "e1")
        #expect(early.isConnected)
        try keeper.watch(id: "e0")
        #expect(await next(keeper.knocks) == "e0")
    }

    @Test(.timeLimit(.minutes(1))) func handingOverAndReleasingEndTheWatch() async throws {
        let keeper = PortKeeper()
        let ports = (0..<3).map { _ in freePort() }
        for (number, port) in ports.enumerated() {
            try keeper.hold(id: "e\(number)", address: "127.0.0.1", port: port)
            try keeper.watch(id: "e\(number)")
        }
        // A server that got the socket keeps it open beside a keeper that has released it.
        let copy = dup(try #require(keeper.handOver(id: "e0")))
        let other = dup(try #require(keeper.handOver(id: "e1")))
        try keeper.watch(id: "e1")
        keeper.release(id: "e1")
        let clients = [RawSocket(port: ports[0]), RawSocket(port: ports[1])]
        #expect(clients.allSatisfy { $0.isConnected })
        let last = RawSocket(port: ports[2])
        #expect(last.isConnected)
        #expect(await next(keeper.knocks) == "e2")
        close(copy)
        close(other)
    }

    @Test(.timeLimit(.minutes(1))) func manyWatchedSocketsCostNoTime() async throws {
        let keeper = PortKeeper()
        let ports = (0..<500).map { _ in freePort() }
        var held: [Int] = []
        for port in Set(ports) {
            // Another test may have taken one of them meanwhile.
            guard (try? keeper.hold(id: "\(port)", address: "127.0.0.1", port: port)) != nil else { continue }
            try keeper.watch(id: "\(port)")
            held.append(port)
        }
        try #require(held.count > 400)
        for port in held.prefix(100) { #expect(RawSocket(port: port).isConnected) }
        var reported: Set<String> = []
        for await id in keeper.knocks {
            reported.insert(id)
            if reported.count == 100 { break }
        }
        #expect(reported == Set(held.prefix(100).map(String.init)))
    }

    @Test func theLimitOfOpenFilesIsNamed() throws {
        let keeper = PortKeeper(maximumSockets: 1)
        try keeper.hold(id: "a", address: "127.0.0.1", port: freePort())
        let error = #expect(throws: ControlError.self) {
            try keeper.hold(id: "b", address: "127.0.0.1", port: freePort())
        }
        #expect(error?.code == .capacity && error?.subject == "open files")
        #expect(cs_raise_file_limit() > 256)
    }

    /// Where the socket of a running server cannot be taken: here because its descriptor 3 is something else.
    @Test func aPortThatCannotBeTakenOverIsHeldOnceTheServerHasEnded() async throws {
        let keeper = PortKeeper()
        let listener = Listener()
        let port = listener.port
        let own = try #require(ProcessIdentity(pid: getpid()))
        try keeper.hold(id: "e", address: "127.0.0.1", port: port, server: own)
        #expect(!keeper.isHeld(id: "e"))
        try keeper.watch(id: "e")
        #expect(throws: ControlError.self) { try keeper.rebind(port: port) }
        try keeper.hold(id: "e", address: "127.0.0.1", port: port, server: own)
        try keeper.watch(id: "e")
        listener.close()
        try keeper.rebind(port: port)
        #expect(keeper.isHeld(id: "e"))
        let client = RawSocket(port: port)
        #expect(client.isConnected)
        #expect(await next(keeper.knocks) == "e")
    }
}

/// A client's socket that sends nothing.
final class RawSocket: Sendable {
    private let descriptor: Int32
    let isConnected: Bool

    init(port: Int) {
        #if canImport(Glibc)
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
            descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let descriptor = descriptor
        isConnected = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    deinit { close(descriptor) }
}
