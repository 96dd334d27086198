package import Environments

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// File operations that say which mode and owner a file gets, as secrets and a dropped-privilege server need.
package enum PosixFile {
    /// The owner that a directory is given when root makes it for an unprivileged server.
    package struct Owner: Sendable, Hashable {
        var uid: UInt32
        var gid: UInt32
    }

    /// Runs `body` with the errno of a failure turned into an error that names the path.
    package static func failure(_ what: String, _ path: String, _ code: Int32 = errno) -> ControlError {
        let reason = String(cString: strerror(code))
        let error: ControlError.Code = code == ENOSPC || code == EDQUOT ? .capacity : .misconfigured
        let hint: String? =
            switch code {
            case EACCES, EPERM: "check the owner and mode of the directory, or set ENVCTL_HOME to another one"
            case ENOSPC, EDQUOT: "free some disk space"
            default: nil
            }
        return ControlError(error, subject: path, "cannot \(what) \(path): \(reason)", hint: hint)
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    static func isExecutable(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
    }

    /// The whole file; nil when there is none.
    static func read(_ path: String) throws(ControlError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw failure("read", path)
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            #if canImport(Darwin)
                let count = Darwin.read(descriptor, &chunk, chunk.count)
            #elseif canImport(Musl)
                let count = Musl.read(descriptor, &chunk, chunk.count)
            #else
                let count = Glibc.read(descriptor, &chunk, chunk.count)
            #endif
            if count < 0 {
                if errno == EINTR { continue }
                throw failure("read", path)
            }
            if count == 0 { return bytes }
            bytes.append(contentsOf: chunk[..<count])
        }
    }

    static func readText(_ path: String) throws(ControlError) -> String? {
        try read(path).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Replaces the file in one step: whoever reads it sees the old text or the new one, never a part, and after a
    /// crash too.
    static func write(
        _ text: String, to path: String, mode: UInt32 = 0o600, owner: Owner? = nil
    ) throws(ControlError) {
        let temporary = "\(path).new"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode_t(mode))
        guard descriptor >= 0 else { throw failure("write", temporary) }
        var code: Int32 = 0
        var remaining = Array(text.utf8)[...]
        while !remaining.isEmpty, code == 0 {
            let count = remaining.withUnsafeBytes { envctlWrite(descriptor, $0) }
            if count >= 0 {
                remaining = remaining.dropFirst(count)
            } else if errno != EINTR {
                code = errno
            }
        }
        if code == 0, fchmod(descriptor, mode_t(mode)) != 0 { code = errno }
        if code == 0, let owner, fchown(descriptor, owner.uid, owner.gid) != 0 { code = errno }
        if code == 0, fsync(descriptor) != 0 { code = errno }
        close(descriptor)
        if code == 0, rename(temporary, path) != 0 { code = errno }
        if code != 0 {
            unlink(temporary)
            throw failure("write", path, code)
        }
    }

    private static func envctlWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
        #if canImport(Darwin)
            Darwin.write(descriptor, bytes.baseAddress, bytes.count)
        #elseif canImport(Musl)
            Musl.write(descriptor, bytes.baseAddress, bytes.count)
        #else
            Glibc.write(descriptor, bytes.baseAddress, bytes.count)
        #endif
    }

    /// Makes the directory and its parents; sets mode and owner of the last one, new or not.
    static func makeDirectory(_ path: String, mode: UInt32, owner: Owner? = nil) throws(ControlError) {
        try makeParents(of: path)
        if mkdir(path, mode_t(mode)) != 0, errno != EEXIST { throw failure("make directory", path) }
        if let owner, chown(path, owner.uid, owner.gid) != 0 { throw failure("change the owner of", path) }
        if chmod(path, mode_t(mode)) != 0 { throw failure("change the mode of", path) }
    }

    private static func makeParents(of path: String) throws(ControlError) {
        guard let parent = parent(of: path), parent != "/", !exists(parent) else { return }
        try makeParents(of: parent)
        if mkdir(parent, 0o755) != 0, errno != EEXIST { throw failure("make directory", parent) }
    }

    static func parent(of path: String) -> String? {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return nil }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The names in a directory, sorted; empty when there is none.
    static func list(_ path: String) throws(ControlError) -> [String] {
        guard let directory = opendir(path) else {
            if errno == ENOENT || errno == ENOTDIR { return [] }
            throw failure("read directory", path)
        }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 1) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Whether the path is a directory itself, not a link to one.
    static func isDirectory(_ path: String, followingLinks: Bool = false) -> Bool {
        var status = stat()
        let result = followingLinks ? stat(path, &status) : lstat(path, &status)
        return result == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// How long ago a file was last written or touched, by the clock of this machine; nil when there is none.
    static func age(_ path: String) -> Duration? {
        var status = stat()
        var now = timespec()
        guard stat(path, &status) == 0, clock_gettime(CLOCK_REALTIME, &now) == 0 else { return nil }
        #if canImport(Darwin)
            let then = status.st_mtimespec
        #else
            let then = status.st_mtim
        #endif
        let age = Duration.seconds(now.tv_sec - then.tv_sec) + .nanoseconds(now.tv_nsec - then.tv_nsec)
        return max(age, .zero)
    }

    static func size(_ path: String) -> Int? {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : nil
    }

    /// Removes a file or a whole tree; links are removed, not followed. Nothing there is a success.
    static func remove(_ path: String) throws(ControlError) {
        if isDirectory(path) {
            for name in try list(path) { try remove("\(path)/\(name)") }
            if rmdir(path) != 0, errno != ENOENT { throw failure("remove", path) }
        } else if unlink(path) != 0, errno != ENOENT {
            throw failure("remove", path)
        }
    }

    /// The last `lines` lines of a log, oldest first, reading at most its last MiB.
    static func tail(_ path: String, lines: Int) throws(ControlError) -> [String] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return [] }
            throw failure("read", path)
        }
        defer { close(descriptor) }
        let end = lseek(descriptor, 0, SEEK_END)
        let start = max(0, Int(end) - 1_048_576)
        var bytes = [UInt8](repeating: 0, count: Int(end) - start)
        let count = pread(descriptor, &bytes, bytes.count, off_t(start))
        guard count >= 0 else { throw failure("read", path) }
        var all = String(decoding: bytes[..<count], as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
        if all.last?.isEmpty == true { all.removeLast() }
        return all.suffix(lines).map(String.init)
    }
}
