import Environments

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The operating-system account that a private server runs as: PostgreSQL refuses to run as root.
struct PostgresAccount: Sendable, Hashable {
    var name: String
    var owner: PosixFile.Owner

    /// nil: the server runs as the current user, who is not root.
    static func forCurrentUser() throws(ControlError) -> PostgresAccount? {
        guard geteuid() == 0 else { return nil }
        for name in ["postgres", "nobody"] {
            if let entry = getpwnam(name), entry.pointee.pw_uid != 0 {
                return PostgresAccount(
                    name: name, owner: .init(uid: entry.pointee.pw_uid, gid: entry.pointee.pw_gid))
            }
        }
        throw ControlError(
            .misconfigured, subject: "postgres",
            "PostgreSQL does not run as root, and there is neither a user 'postgres' nor a user 'nobody'",
            hint: "add one (adduser --system postgres), or run envctl as an ordinary user")
    }

    /// Checks that the account can pass through every directory above `path`, since the server's own message would
    /// name the data directory only.
    func checkReach(_ path: String) throws(ControlError) {
        var directory = path
        while let parent = PosixFile.parent(of: directory) {
            var status = stat()
            guard stat(parent, &status) == 0 else { throw PosixFile.failure("look at", parent) }
            let bit: mode_t =
                if status.st_uid == owner.uid { 0o100 } else if status.st_gid == owner.gid { 0o010 } else { 0o001 }
            guard status.st_mode & bit != 0 else {
                throw ControlError(
                    .misconfigured, subject: parent,
                    "the private PostgreSQL runs as user '\(name)', who may not pass through \(parent)",
                    hint: "set ENVCTL_HOME to a directory whose parents everyone may pass, or chmod o+x \(parent)")
            }
            if parent == "/" { return }
            directory = parent
        }
    }
}
