#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Files of the AWS configuration: some kilobytes of text.
enum SmallFile {
    /// More is no configuration.
    static let maximumBytes = 4 << 20

    struct Failure: Error {
        /// nil when the file is too long.
        let errno: Int32?

        var isAbsent: Bool { errno == ENOENT || errno == ENOTDIR }

        var reason: String {
            guard let errno else { return "is longer than \(SmallFile.maximumBytes) bytes" }
            return "cannot be read: " + String(cString: strerror(errno))
        }
    }

    static func read(_ path: String) throws(Failure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(errno: errno) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = systemRead(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Failure(errno: errno) }
            guard count > 0 else { return bytes }
            bytes += chunk[..<count]
            guard bytes.count <= maximumBytes else { throw Failure(errno: nil) }
        }
    }

    /// Replaces a file at once, readable for its owner only.
    static func replace(_ path: String, with bytes: [UInt8]) throws(Failure) {
        let draft = path + ".\(getpid()).new"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Failure(errno: errno) }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { bytes in
                write(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let failure = Failure(errno: errno)
                close(descriptor)
                unlink(draft)
                throw failure
            }
            written += count
        }
        close(descriptor)
        guard rename(draft, path) == 0 else {
            let failure = Failure(errno: errno)
            unlink(draft)
            throw failure
        }
    }
}

/// `read(2)`, which the method's name would hide.
private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer, _ count: Int) -> Int {
    read(descriptor, buffer, count)
}
