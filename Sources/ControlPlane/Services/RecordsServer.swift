import Environments
import Logging
import Postgres

/// The PostgreSQL server that holds the records and the clones: the private one, or the one of a given URL.
struct RecordsServer: Sendable {
    /// A superuser's session on a database that always exists.
    var admin: PostgresConfiguration
    /// The records' database.
    var records: PostgresConfiguration
    /// nil: not ours to start or stop.
    var privateServer: PrivatePostgres?
    /// `server_version_num`.
    var version: Int

    /// The database that holds the records.
    static let database = "envctl"

    /// E.g. `15.20`.
    var versionText: String { "\(version / 10_000).\(version % 10_000)" }

    static func start(
        _ configuration: ControlPlaneConfiguration, logger: Logger
    ) async throws(ControlError) -> RecordsServer {
        let postgres = PrivatePostgres(
            stateDirectory: configuration.stateDirectory, environment: configuration.processEnvironment, logger: logger)
        let server: PrivatePostgresServer
        var database = Self.database
        if let url = configuration.databaseURL {
            (server, database) = try await external(url)
            try await postgres.bootstrap(server)
        } else {
            server = try await postgres.start()
        }
        try await postgres.ensureDatabase(database, on: server)
        return RecordsServer(
            admin: server.admin, records: server.admin.with(database: database),
            privateServer: configuration.databaseURL == nil ? postgres : nil, version: server.version)
    }

    /// Where the server keeps its data, when that is on this machine; nil: elsewhere or not to be told.
    func dataDirectory() async throws(ControlError) -> String? {
        let isHere = admin.host.hasPrefix("/") || ["127.0.0.1", "localhost", "::1"].contains(admin.host)
        guard isHere else { return nil }
        let path = try await PostgresAdmin(configuration: admin).session("ask for the data directory") { connection in
            let rows = try await connection.query(
                "SELECT setting FROM pg_settings WHERE name = 'data_directory' AND setting <> ''")
            return try rows.first?[0].string
        }
        return path.flatMap { PosixFile.isDirectory($0, followingLinks: true) ? $0 : nil }
    }

    /// The server of a URL, and the name of the records' database: the URL's own, which need not exist yet, or
    /// ``database`` when it names one that every server has.
    private static func external(
        _ url: String
    ) async throws(ControlError) -> (server: PrivatePostgresServer, records: String) {
        var admin: PostgresConfiguration
        do {
            admin = try PostgresConfiguration(url: url)
        } catch {
            throw ControlError(
                .invalidRequest, subject: "ENVCTL_DATABASE_URL",
                "ENVCTL_DATABASE_URL is not a PostgreSQL URL: \(error)",
                hint: "write it like postgresql://user:password@host:5432/postgres")
        }
        admin.applicationName = "envctl"
        let isOwn = !["", "postgres", "template0", "template1", admin.user].contains(admin.database)
        let records = isOwn ? admin.database : database
        if isOwn { admin.database = "postgres" }
        let version = try await PostgresAdmin(configuration: admin).session("reach ENVCTL_DATABASE_URL") { connection in
            let answer = try await connection.query("SELECT current_setting('server_version_num')::int")
            return try answer.first?[0].int ?? 0
        }
        let server = PrivatePostgresServer(admin: admin, port: admin.port, pid: 0, version: version, adopted: true)
        return (server, records)
    }
}
