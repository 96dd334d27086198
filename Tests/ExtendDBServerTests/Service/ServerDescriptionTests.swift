import ExtendDBServer
import Postgres
import Testing

@Suite struct ServerDescriptionTests {
    /// What a service group puts into its log must not be the configuration with its password.
    @Test func `a server does not describe its configuration`() {
        let database = PostgresConfiguration(
            host: "/run/pg", user: "role", password: "secret-password", database: "clone")
        let configuration = ServerConfiguration(port: 0, region: "eu-west-1", database: database)
        #expect("\(Server(configuration: configuration, logger: quietLogger))" == "Server")
    }
}
