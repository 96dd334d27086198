import DynamoModel

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A directory that stands for Amazon S3: each directory in it is a bucket, and the files below are its objects, their
/// paths the keys.
struct BucketDirectory: Sendable {
    /// What went wrong with a file.
    struct Failure: Error, Hashable {
        let path: String
        /// `errno`
        let code: Int32

        var wireError: WireError { WireError(.internalServerError, "Internal server error") }
    }

    let root: String

    /// The place of the server's own records of exports and imports, which no bucket's name can be.
    static let records = ".extenddb"

    /// The directory of a bucket, if there is one.
    func bucket(_ name: String) -> String? {
        let path = "\(root)/\(name)"
        // "Bucket names must begin and end with a letter or number" (Amazon S3, "General purpose bucket naming rules").
        guard let first = name.utf8.first, first != UInt8(ascii: "."), Self.isSafe(name), !name.contains("/"),
            Self.kind(path) == S_IFDIR
        else { return nil }
        return path
    }

    /// Whether a key stays within its bucket.
    static func isSafe(_ key: String) -> Bool {
        !key.utf8.contains(0)
            && key.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { $0 != ".." && $0 != "." }
    }

    // MARK: Files

    private static func kind(_ path: String) -> mode_t? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return status.st_mode & S_IFMT
    }

    static func size(_ path: String) -> Int? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Int(status.st_size)
    }

    /// Makes a directory and those around it.
    static func makeDirectory(_ path: String) throws(Failure) {
        var made = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            made += "/\(part)"
            guard mkdir(made, 0o755) != 0, errno != EEXIST else { continue }
            throw Failure(path: made, code: errno)
        }
    }

    /// Writes a file as a whole: its name appears with all that is in it.
    static func write(_ bytes: [UInt8], to path: String) throws(Failure) {
        let temporary = path + ".part"
        let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw Failure(path: temporary, code: errno) }
        defer { close(file) }
        try write(bytes, to: file, path: temporary)
        guard rename(temporary, path) == 0 else { throw Failure(path: path, code: errno) }
    }

    static func write(_ bytes: some Collection<UInt8>, to file: Int32, path: String) throws(Failure) {
        let all = Array(bytes)
        var written = 0
        while written < all.count {
            let count = all.withUnsafeBytes { buffer in
                #if canImport(Darwin)
                    Darwin.write(file, buffer.baseAddress.map { $0 + written }, buffer.count - written)
                #elseif canImport(Musl)
                    Musl.write(file, buffer.baseAddress.map { $0 + written }, buffer.count - written)
                #else
                    Glibc.write(file, buffer.baseAddress.map { $0 + written }, buffer.count - written)
                #endif
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw Failure(path: path, code: errno)
            }
            written += count
        }
    }

    /// The bytes of a small file; nil if there is none.
    static func read(_ path: String) throws(Failure) -> [UInt8]? {
        guard let size = size(path) else { return nil }
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw Failure(path: path, code: errno) }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: size)
        var position = 0
        while position < size {
            let count = bytes.withUnsafeMutableBytes {
                read(file, $0.baseAddress.map { $0 + position }, size - position)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Failure(path: path, code: errno) }
            position += count
        }
        return bytes
    }

    private static func read(_ file: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
        #if canImport(Darwin)
            Darwin.read(file, buffer, count)
        #elseif canImport(Musl)
            Musl.read(file, buffer, count)
        #else
            Glibc.read(file, buffer, count)
        #endif
    }

    /// The keys of the files under a directory, sorted; a name that begins with a full stop is not followed.
    static func files(in directory: String) -> [String] {
        guard let stream = opendir(directory) else { return [] }
        defer { closedir(stream) }
        var found: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard !name.hasPrefix(".") else { continue }
            let path = "\(directory)/\(name)"
            switch kind(path) {
            case S_IFDIR?: found += files(in: path).map { "\(name)/\($0)" }
            case S_IFREG?: found.append(name)
            default: break
            }
        }
        return found.sorted { Text($0) < Text($1) }
    }
}
