import ExtendDBServer
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

@Suite struct InheritedSocketTests {
    /// A socket bound to a port that the system chose, not listening yet: the port is taken, and nobody answers.
    private func boundSocket() throws -> (descriptor: CInt, port: Int) {
        #if canImport(Glibc)
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
            let descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        try #require(descriptor >= 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, length) == 0 ? getsockname(descriptor, address, &length) : -1
            }
        }
        try #require(result == 0)
        return (descriptor, Int(in_port_t(bigEndian: address.sin_port)))
    }

    @Test func `the server answers on the socket that it was given`() async throws {
        let (descriptor, port) = try boundSocket()
        try await withBareServer(socket: .inherited(descriptor: descriptor)) { server in
            #expect(server.port == port)
            let client = try RawClient(port: port)
            try await client.send("GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
            #expect(try await client.receiveAll().hasPrefix("HTTP/1.1 200 OK"))
        }
    }

    @Test func `a descriptor that is no socket is refused`() async throws {
        let descriptor = open("/dev/null", O_RDONLY)
        defer { close(descriptor) }
        await #expect(throws: ConfigurationError.self) {
            try await withBareServer(socket: .inherited(descriptor: descriptor)) { _ in }
        }
    }
}
