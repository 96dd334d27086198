package import Logging
package import Postgres

/// Everything that one server process is told: where it listens, which database it serves, and its limits.
package struct ServerConfiguration: Sendable {
    /// The address to bind when no listening socket is inherited.
    package var bindAddress: String
    /// The port to bind; 0 lets the system choose.
    package var port: Int
    /// The region of the tables' ARNs.
    package var region: String
    /// The database that holds the catalog, and the data too unless `dataDatabase` names another one.
    package var database: PostgresConfiguration
    /// The database of the same server that holds the data, where ExtendDB's two databases are served. It comes from
    /// here and never from the catalog's setting, which in a copy of production leads to production.
    package var dataDatabase: String?
    /// The most connections to PostgreSQL at a time. Statements of concurrent requests share connections, so a few
    /// serve many clients.
    package var maximumConnections: Int
    /// How long a connection to PostgreSQL is kept without use. After that, an idle server holds none.
    package var connectionIdle: Duration
    package var logLevel: Logger.Level
    package var http: HTTPLimits
    /// A file whose time of modification is the time of the last request, to the second; nil: nobody is told.
    package var activityFile: String?
    /// What happens to items whose time has come.
    package var timeToLive: TimeToLiveSettings
    /// A directory that stands for Amazon S3: exports and imports see each directory in it as a bucket; nil: no bucket
    /// can be accessed.
    package var bucketDirectory: String?
    /// Whether tables and indexes are held to their units.
    package var throttles: Bool
    /// For clients that speak TLS, on the same port as those that do not; nil: only the latter are understood.
    package var tls: TLSFiles?

    package init(
        bindAddress: String = "127.0.0.1", port: Int, region: String, database: PostgresConfiguration,
        dataDatabase: String? = nil, maximumConnections: Int = 8, connectionIdle: Duration = .seconds(30),
        logLevel: Logger.Level = .info, http: HTTPLimits = HTTPLimits(), activityFile: String? = nil,
        timeToLive: TimeToLiveSettings = TimeToLiveSettings(), bucketDirectory: String? = nil,
        throttles: Bool = false, tls: TLSFiles? = nil
    ) {
        self.bindAddress = bindAddress
        self.port = port
        self.region = region
        self.database = database
        self.dataDatabase = dataDatabase
        self.maximumConnections = maximumConnections
        self.connectionIdle = connectionIdle
        self.logLevel = logLevel
        self.http = http
        self.activityFile = activityFile
        self.timeToLive = timeToLive
        self.bucketDirectory = bucketDirectory
        self.throttles = throttles
        self.tls = tls
    }
}
