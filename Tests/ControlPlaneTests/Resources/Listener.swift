import CPlatform

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Holds a loopback port, as another program would.
struct Listener {
    private let descriptor: Int32

    /// - Parameter port: 0: any.
    init(port: Int = 0) {
        descriptor = cs_listen_tcp("127.0.0.1", UInt16(port), 16)
        precondition(descriptor >= 0, "cannot listen on \(port): \(descriptor)")
    }

    var port: Int { Int(cs_socket_port(descriptor)) }

    func close() {
        #if canImport(Glibc)
            _ = Glibc.close(descriptor)
        #else
            _ = Darwin.close(descriptor)
        #endif
    }
}
