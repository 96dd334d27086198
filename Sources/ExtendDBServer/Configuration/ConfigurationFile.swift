#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

extension ServerConfiguration {
    /// Reads the configuration file. It holds the database's password, so one that others may read or write is
    /// refused instead of used.
    package init(contentsOf path: String) throws(ConfigurationError) {
        try self.init(parsing: Self.readPrivateFile(path))
    }

    /// A configuration is a few hundred bytes; more than this is another file.
    private static let maximumFileSize = 1 << 20

    private static func readPrivateFile(_ path: String) throws(ConfigurationError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw ConfigurationError(
                "cannot open the configuration file \(path): \(systemMessage(errno))",
                hint: "give the path of an existing file with --config")
        }
        defer { _ = close(descriptor) }
        // The descriptor is asked, not the path: nobody can exchange the file in between.
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw ConfigurationError(
                "the configuration \(path) is not a file", hint: "give the path of a file with --config")
        }
        guard status.st_mode & 0o006 == 0 else {
            throw ConfigurationError(
                "the configuration file \(path) is open to other users of this machine, and it holds a password",
                hint: "run: chmod 600 \(path)")
        }
        return try readAll(descriptor, path)
    }

    private static func readAll(_ descriptor: CInt, _ path: String) throws(ConfigurationError) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count == 0 { return bytes }
            if count < 0, errno == EINTR { continue }
            guard count > 0, bytes.count + count <= maximumFileSize else {
                throw ConfigurationError(
                    "cannot read the configuration file \(path): "
                        + (count < 0 ? systemMessage(errno) : "it is larger than \(maximumFileSize) bytes"),
                    hint: "give the path of a server configuration with --config")
            }
            bytes += chunk[..<count]
        }
    }

    private static func systemMessage(_ code: CInt) -> String {
        strerror(code).map { String(cString: $0) } ?? "error \(code)"
    }
}
