#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Where the server's listening socket comes from.
package enum ListeningSocket: Sendable, Hashable {
    /// Bind the configured address and port.
    case bind
    /// A socket that a supervisor bound already: the port is never free for another process, and clients that
    /// connect before the server is up wait instead of being refused.
    case inherited(descriptor: CInt)

    /// The first descriptor that the socket activation protocol passes (sd_listen_fds(3), `SD_LISTEN_FDS_START`).
    package static let firstInheritedDescriptor: CInt = 3

    /// Reads the socket activation protocol's variables.
    ///
    /// - Parameters:
    ///   - variable: Looks up an environment variable.
    ///   - processID: This process's id. Variables meant for another process, which a child inherits by accident,
    ///     are ignored, as sd_listen_fds(3) says.
    package static func fromEnvironment(
        processID: Int32, _ variable: (String) -> String?
    ) throws(ConfigurationError) -> ListeningSocket {
        guard let count = variable("LISTEN_FDS"), let owner = variable("LISTEN_PID"), Int32(owner) == processID else {
            return .bind
        }
        guard count == "1" else {
            throw ConfigurationError(
                "LISTEN_FDS is '\(count)', and the server takes exactly one listening socket",
                hint: "pass one socket as descriptor 3, or unset LISTEN_FDS")
        }
        return .inherited(descriptor: firstInheritedDescriptor)
    }

    package static func fromEnvironment() throws(ConfigurationError) -> ListeningSocket {
        try fromEnvironment(processID: getpid()) { name in
            getenv(name).map { String(cString: $0) }
        }
    }

    /// Makes sure that the descriptor is a listening socket and is not passed on to children.
    static func prepare(_ descriptor: CInt) throws(ConfigurationError) {
        var kind: CInt = 0
        var length = socklen_t(MemoryLayout<CInt>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &kind, &length) == 0 else {
            throw ConfigurationError(
                "the inherited descriptor \(descriptor) is not a socket",
                hint: "pass a listening TCP socket as descriptor 3, or unset LISTEN_FDS")
        }
        // Listening again changes nothing for a socket that listens already.
        guard listen(descriptor, 1024) == 0 else {
            throw ConfigurationError(
                "cannot listen on the inherited descriptor \(descriptor)",
                hint: "pass a bound TCP socket as descriptor 3, or unset LISTEN_FDS")
        }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }
}
