package import Postgres

/// A private PostgreSQL server that accepts connections.
package struct PrivatePostgresServer: Sendable, Hashable {
    /// The superuser `envctl` on the database `postgres`, over the Unix socket.
    package var admin: PostgresConfiguration
    /// The loopback port, for tools that need TCP.
    package var port: Int
    package var pid: Int32
    /// `server_version_num`, e.g. 150020.
    package var version: Int
    /// Whether it was already running.
    package var adopted: Bool

    package init(admin: PostgresConfiguration, port: Int, pid: Int32, version: Int, adopted: Bool) {
        self.admin = admin
        self.port = port
        self.pid = pid
        self.version = version
        self.adopted = adopted
    }
}
