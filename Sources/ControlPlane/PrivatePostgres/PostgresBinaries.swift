import Environments

/// The directory that holds a PostgreSQL server's programs.
struct PostgresBinaries: Sendable, Hashable {
    var directory: String

    var postgres: String { "\(directory)/postgres" }
    var initdb: String { "\(directory)/initdb" }
    var isComplete: Bool { PosixFile.isExecutable(postgres) && PosixFile.isExecutable(initdb) }

    /// Where to look, best first: the named directory alone if there is one, else `PATH`, then where Debian, the
    /// PostgreSQL project's RPMs and Homebrew put server programs, which are not on `PATH` there.
    static func candidates(environment: [String: String]) throws(ControlError) -> [PostgresBinaries] {
        if let named = environment["ENVCTL_POSTGRES_BIN"], !named.isEmpty {
            let binaries = PostgresBinaries(directory: named)
            guard binaries.isComplete else {
                throw ControlError(
                    .misconfigured, subject: named, "ENVCTL_POSTGRES_BIN=\(named) holds no postgres and initdb",
                    hint: "name the directory of the PostgreSQL server programs, e.g. /usr/lib/postgresql/15/bin")
            }
            return [binaries]
        }
        var found: [PostgresBinaries] = []
        for directory in (environment["PATH"] ?? "").split(separator: ":") where directory.hasPrefix("/") {
            let binaries = PostgresBinaries(directory: String(directory))
            if binaries.isComplete { found.append(binaries) }
        }
        let versioned = [
            ("/usr/lib/postgresql", "", "/bin"), ("/usr", "pgsql-", "/bin"),
            ("/opt/homebrew/opt", "postgresql@", "/bin"), ("/usr/local/opt", "postgresql@", "/bin"),
        ]
        for (root, prefix, suffix) in versioned {
            let versions = try PosixFile.list(root).compactMap { name -> (Int, String)? in
                guard name.hasPrefix(prefix), let version = Int(name.dropFirst(prefix.count)) else { return nil }
                return (version, "\(root)/\(name)\(suffix)")
            }
            for (_, directory) in versions.sorted(by: { $0.0 > $1.0 }) {
                let binaries = PostgresBinaries(directory: directory)
                if binaries.isComplete, !found.contains(binaries) { found.append(binaries) }
            }
        }
        guard !found.isEmpty else {
            throw ControlError(
                .misconfigured, subject: "postgres", "no PostgreSQL server programs were found on this machine",
                hint:
                    "install them (Debian and Ubuntu: apt-get install postgresql; macOS: brew install postgresql@17), "
                    + "or set ENVCTL_POSTGRES_BIN to the directory of `postgres` and `initdb`")
        }
        return found
    }

    /// The major version in `postgres --version`, e.g. 15 of `postgres (PostgreSQL) 15.20 (Debian …)`.
    static func majorVersion(in text: String) -> Int? {
        guard let mark = text.firstRange(of: "(PostgreSQL) ") else { return nil }
        return Int(text[mark.upperBound...].prefix { $0.isNumber })
    }
}
