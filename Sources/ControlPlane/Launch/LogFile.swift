import CPlatform
import Environments

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The log of a process that writes to a descriptor which it inherited.
enum LogFile {
    /// Above this size a log is put aside, as `<path>.1`, when its process starts again: at most two files of a start.
    static let rotationSize = 8 * 1_048_576

    /// Opens a log to append to; the caller closes the descriptor.
    static func open(
        _ path: String, rotationSize: Int = rotationSize, owner: PosixFile.Owner? = nil
    ) throws(ControlError) -> Int32 {
        if let size = PosixFile.size(path), size > rotationSize, rename(path, "\(path).1") != 0 {
            throw PosixFile.failure("rotate", path)
        }
        #if canImport(Darwin)
            let descriptor = Darwin.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        #elseif canImport(Musl)
            let descriptor = Musl.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        #else
            let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        #endif
        guard descriptor >= 0 else { throw PosixFile.failure("open", path) }
        if let owner, fchown(descriptor, owner.uid, owner.gid) != 0 {
            close(descriptor)
            throw PosixFile.failure("change the owner of", path)
        }
        return descriptor
    }

    /// Whether a process that inherited the log holds its lock.
    static func isLocked(_ path: String) -> Bool {
        #if canImport(Darwin)
            let descriptor = Darwin.open(path, O_RDONLY | O_CLOEXEC)
        #elseif canImport(Musl)
            let descriptor = Musl.open(path, O_RDONLY | O_CLOEXEC)
        #else
            let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        #endif
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return cs_lock_file(descriptor) != 0
    }
}
