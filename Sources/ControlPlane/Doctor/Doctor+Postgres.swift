import Environments
import Logging
import Postgres

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension Doctor {
    /// Transaction ids of 64 bits and `DROP DATABASE … WITH (FORCE)`.
    static let oldestPostgres = 13

    /// The programs for a private server.
    func postgresPrograms() async -> (check: DoctorCheck, version: Int?) {
        let name = "postgres-programs"
        if configuration.databaseURL != nil {
            return (DoctorCheck(name, .ok, "not needed: ENVCTL_DATABASE_URL names a server"), nil)
        }
        do throws(ControlError) {
            guard let best = try PostgresBinaries.candidates(environment: configuration.processEnvironment).first else {
                return (DoctorCheck(name, .problem, "no PostgreSQL server programs were found"), nil)
            }
            guard let version = try await majorVersion(best) else {
                return (
                    DoctorCheck(
                        name, .problem, "\(best.postgres) does not say its version",
                        hint: "set ENVCTL_POSTGRES_BIN to the directory of working server programs"), nil
                )
            }
            guard version >= Self.oldestPostgres else {
                return (
                    DoctorCheck(
                        name, .problem, "PostgreSQL \(version) in \(best.directory) is too old",
                        hint: "install PostgreSQL \(Self.oldestPostgres) or later, best 18; or set ENVCTL_POSTGRES_BIN"),
                    version
                )
            }
            return (DoctorCheck(name, .ok, "PostgreSQL \(version) in \(best.directory)"), version)
        } catch {
            return (DoctorCheck(name, error), nil)
        }
    }

    private func majorVersion(_ binaries: PostgresBinaries) async throws(ControlError) -> Int? {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw PosixFile.failure("read the version of", binaries.postgres) }
        defer { close(ends[0]) }
        let exit: Result<ChildProcess.Exit, ControlError>
        do throws(ControlError) {
            exit = .success(
                try await ChildProcess.run(
                    .init(
                        path: binaries.postgres, arguments: ["--version"],
                        environment: PrivatePostgres.serverEnvironment, output: ends[1]), within: .seconds(20)))
        } catch {
            exit = .failure(error)
        }
        close(ends[1])
        _ = try exit.get()
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = read(ends[0], &bytes, bytes.count)
        return PostgresBinaries.majorVersion(in: String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self))
    }

    /// What the server that holds the records says, when one can be asked.
    func database() async -> [DoctorCheck] {
        do throws(ControlError) {
            guard let admin = try await administrator() else {
                return [DoctorCheck("postgres", .ok, "the private PostgreSQL does not run (envctl up starts it)")]
            }
            return try await ask(admin)
        } catch {
            return [DoctorCheck("postgres", error)]
        }
    }

    private func administrator() async throws(ControlError) -> PostgresConfiguration? {
        guard let url = configuration.databaseURL else {
            let quiet = Logger(label: "doctor", factory: { _ in SwiftLogNoOpLogHandler() })
            return try await PrivatePostgres(
                stateDirectory: configuration.stateDirectory, environment: configuration.processEnvironment,
                logger: quiet
            ).find()?.admin
        }
        do {
            return try PostgresConfiguration(url: url)
        } catch {
            throw ControlError(
                .invalidRequest, subject: "ENVCTL_DATABASE_URL",
                "ENVCTL_DATABASE_URL is not a PostgreSQL URL: \(error)",
                hint: "write it like postgresql://user:password@host:5432/postgres")
        }
    }

    private func ask(_ admin: PostgresConfiguration) async throws(ControlError) -> [DoctorCheck] {
        try await PostgresAdmin(configuration: admin.with(database: "postgres")).session("ask PostgreSQL") {
            connection in
            let before = WallClock.unixSeconds()
            let answer = try await connection.query(
                """
                SELECT current_setting('server_version_num')::int,
                    (extract(epoch FROM clock_timestamp()) * 1000000)::bigint,
                    current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int,
                    (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')
                """)
            let here = (before + WallClock.unixSeconds()) / 2
            guard let row = answer.first else { return [] }
            let place = "\(admin.host):\(admin.port)"
            return [
                version(try row[0].int, place), clock(Double(try row[1].int64) / 1e6 - here),
                connections(limit: try row[2].int, used: try row[3].int), try await openDatabases(connection),
            ]
        }
    }

    private func version(_ number: Int, _ place: String) -> DoctorCheck {
        let text = "PostgreSQL \(number / 10_000).\(number % 10_000) at \(place)"
        guard number / 10_000 >= Self.oldestPostgres else {
            return DoctorCheck(
                "postgres", .problem, "\(text) is too old",
                hint: "upgrade it to \(Self.oldestPostgres) or later, best 18")
        }
        return DoctorCheck("postgres", .ok, "\(text) answers")
    }

    /// Deadlines are the database's, signatures this machine's: they should agree.
    /// - Parameter skew: how far the database is ahead, in seconds.
    func clock(_ skew: Double) -> DoctorCheck {
        let size = abs(skew)
        let text = "the clocks of the database and of this machine differ by \(Int(size.rounded())) s"
        guard size >= 2 else { return DoctorCheck("clock", .ok, "the database's clock agrees with this machine's") }
        return DoctorCheck(
            "clock", size >= 300 ? .problem : .warning,
            size >= 300 ? text + "; servers refuse requests that are signed more than 15 minutes away" : text,
            hint: "synchronise both with NTP; lifetimes go by the database's")
    }

    /// A busy environment's server opens up to sixteen connections, an idle one none.
    func connections(limit: Int, used: Int) -> DoctorCheck {
        let left = limit - used
        let text = "\(used) of \(limit) connections are in use"
        guard left >= 5 else {
            return DoctorCheck(
                "connections", .problem, text, hint: "raise max_connections of the server, or let environments sleep")
        }
        let own = configuration.tunables.maximumConnections
        guard left >= own + 16 else {
            return DoctorCheck(
                "connections", .warning, text + "; the control plane takes up to \(own), a busy environment up to 16",
                hint: "raise max_connections of the server")
        }
        return DoctorCheck("connections", .ok, text)
    }
}
