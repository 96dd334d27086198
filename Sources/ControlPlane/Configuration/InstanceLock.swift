import CPlatform
import Environments

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Says that one control plane at a time works on a state directory. The kernel frees the lock when the process ends,
/// however it ends.
struct InstanceLock: ~Copyable {
    private let descriptor: Int32

    /// - Throws: `conflict` when another process holds it.
    init(path: String) throws(ControlError) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw PosixFile.failure("open", path) }
        guard cs_lock_file(descriptor) == 0 else {
            close(descriptor)
            throw ControlError(
                .conflict, subject: path, "another control plane is running on this state directory",
                hint: "see `envctl status`; stop it with `envctl down`, or set ENVCTL_HOME to another directory")
        }
    }

    deinit { close(descriptor) }
}
