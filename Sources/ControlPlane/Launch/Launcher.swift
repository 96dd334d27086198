package import Environments
package import Postgres

/// Starts, watches and stops the ExtendDB server of an environment.
package protocol Launcher: Sendable {
    /// Starts the server of an environment, or returns the one that already runs for it.
    ///
    /// - Throws: `ControlError` with `portInUse` as its code when somebody else holds the port, so that the caller
    ///   takes another one.
    func launch(_ request: LaunchRequest) async throws(ControlError) -> ServerProcess

    /// Whether a server could listen there now.
    func isFree(port: Int, address: String) -> Bool

    /// Whether exactly this process still runs (same pid and same start time).
    func isAlive(_ process: ServerProcess) -> Bool

    /// Ends the process and returns when it is gone and its port is free.
    func stop(_ process: ServerProcess) async throws(ControlError)

    /// The server that an earlier control plane started in `directory`, if it still runs.
    func find(id: String, directory: String) -> ServerProcess?

    /// Listens on an environment's port until `releasePort`, so that clients queue while no server runs; `launch` hands
    /// the socket on. Repeating it changes nothing.
    ///
    /// While the environment's own server runs and this launcher does not hold its socket (the control plane was
    /// restarted), the socket is taken over from it. Where the system forbids that, `holdsPort` stays false, and the
    /// port is held as soon as `stop` has ended the server.
    ///
    /// - Throws: `portInUse` when somebody else holds the port; `capacity` at the limit of open files.
    func holdPort(_ request: PortRequest) throws(ControlError)

    func holdsPort(id: String) -> Bool

    /// Stops listening for an environment; a server that was given the socket goes on.
    func releasePort(id: String)

    /// Reports the environment's id, once, when a connection waits on its held port: at once if one waits already.
    /// `launch` and `releasePort` end that.
    func watchPort(id: String)

    /// The ids that `watchPort` reports. One reader.
    var knocks: AsyncStream<String> { get }

    /// How long ago a server in `directory` was last sent a request, to the second; nil when none ever was. It counts
    /// on while no server runs; the control plane's own probes do not count.
    func sinceLastRequest(directory: String) -> Duration?

    /// The last lines of the server's log, oldest first.
    func log(directory: String, lines: Int) throws(ControlError) -> [String]
}

/// The port of one environment.
package struct PortRequest: Sendable, Hashable {
    /// The environment's id.
    package var id: String
    /// The environment's own directory, by which a running server is found.
    package var directory: String
    package var address: String
    package var port: Int

    package init(id: String, directory: String, address: String, port: Int) {
        self.id = id
        self.directory = directory
        self.address = address
        self.port = port
    }
}

/// What a server needs to start.
package struct LaunchRequest: Sendable, Hashable {
    /// The environment's id.
    package var id: String
    /// The environment's own directory; made with mode 0700 when absent. Holds the server's configuration, log and
    /// pid file.
    package var directory: String
    /// Where the endpoint listens.
    package var address: String
    package var port: Int
    /// The clone, as the environment's own role.
    package var database: PostgresConfiguration
    /// The database of the same server that holds the data, where `database` holds the catalog alone.
    package var dataDatabase: String?
    package var region: String
    /// The most connections that the server may hold.
    package var maximumConnections: Int
    /// How long an unused connection is kept.
    package var connectionIdleSeconds: Int

    package init(
        id: String, directory: String, address: String = "127.0.0.1", port: Int, database: PostgresConfiguration,
        dataDatabase: String? = nil, region: String, maximumConnections: Int = 16, connectionIdleSeconds: Int = 10
    ) {
        self.id = id
        self.directory = directory
        self.address = address
        self.port = port
        self.database = database
        self.dataDatabase = dataDatabase
        self.region = region
        self.maximumConnections = maximumConnections
        self.connectionIdleSeconds = connectionIdleSeconds
    }
}

/// A running server. A pid alone can belong to another process later; pid and start time together cannot.
package struct ServerProcess: Sendable, Hashable {
    package var pid: Int32
    /// In the unit of `cs_process_start_time`.
    package var startTime: Int64
    package var port: Int

    package init(pid: Int32, startTime: Int64, port: Int) {
        self.pid = pid
        self.startTime = startTime
        self.port = port
    }
}
