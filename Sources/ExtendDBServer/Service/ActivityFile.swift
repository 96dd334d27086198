import Logging
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Tells the supervisor when the last request came: by the time of modification of a file, which is touched with the
/// first request of each second, and never while none comes.
final class ActivityFile: Sendable {
    private let path: String
    private let logger: Logger
    /// The second in which the file was last touched, since 1970.
    private let touched = Atomic<Int64>(0)

    init(path: String, logger: Logger) {
        self.path = path
        self.logger = logger
    }

    /// - Parameter now: seconds since 1970.
    func touch(at now: Double) {
        let second = Int64(now)
        let last = touched.load(ordering: .relaxed)
        guard second != last,
            touched.compareExchange(expected: last, desired: second, ordering: .relaxed).exchanged
        else { return }
        if utimensat(AT_FDCWD, path, nil, 0) == 0 { return }
        let file = errno == ENOENT ? open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600) : -1
        guard file >= 0 else {
            logger.warning("the time of the last request cannot be told", metadata: ["errno": "\(errno)"])
            return
        }
        _ = close(file)
    }
}
