import Cryptography
import Environments

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Where a private server keeps what it has, all of it under the state directory.
struct PostgresPaths: Sendable, Hashable {
    let state: String

    var data: String { "\(state)/postgres" }
    /// `initdb` works here; the directory gets its real name when it is complete.
    var unfinishedData: String { "\(state)/postgres.unfinished" }
    var run: String { "\(state)/run" }
    var logs: String { "\(state)/logs/postgres" }
    /// The superuser's password, mode 0600.
    var password: String { "\(run)/postgres.password" }
    /// The port, once chosen.
    var port: String { "\(run)/postgres.port" }
    /// pid and start time of the postmaster that we started.
    var process: String { "\(run)/postgres.process" }
    /// What the server prints before its own logging begins.
    var startLog: String { "\(logs)/postgres-start.log" }
    var postmasterPID: String { "\(data)/postmaster.pid" }
    var versionFile: String { "\(data)/PG_VERSION" }

    /// The directory of the Unix socket. The address of a Unix socket holds 107 bytes, so a state directory that is
    /// too deep gets a short directory in `/tmp`, derived from its path and the user and so always the same one.
    var socketDirectory: String {
        let own = "\(run)/postgres"
        guard own.utf8.count + "/.s.PGSQL.65535".utf8.count > 103 else { return own }  // 103: macOS, 107: Linux
        return "/tmp/envctl-\(getuid())-\(Hex.encode(SHA256.hash(state).prefix(6)))"
    }
}
