import CPlatform

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A port that takes connections and never answers.
func withSilentServer<T>(_ body: (Int) async throws -> T) async throws -> T {
    let descriptor = cs_listen_tcp("127.0.0.1", 0, 16)
    defer { close(descriptor) }
    return try await body(Int(cs_socket_port(descriptor)))
}
