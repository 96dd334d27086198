import AWS
import ExtendDBServer
import Postgres
import TestSupport

/// A server whose database does not exist: what concerns HTTP alone never gets as far as asking it.
func withBareServer<Value: Sendable>(
    limits: HTTPLimits = HTTPLimits(), socket: ListeningSocket = .bind,
    _ body: @Sendable @escaping (WireHarness) async throws -> Value
) async throws -> Value {
    let database = PostgresConfiguration(
        host: "/nonexistent", user: "nobody", database: "none", connectTimeout: .seconds(2))
    let configuration = ServerConfiguration(port: 0, region: WireHarness.region, database: database, http: limits)
    let credentials = AWSCredentials(
        accessKeyID: "AKIAEXTENDDB12345678", secretAccessKey: "extenddb0123456789abcdef0123456789abcdef")
    return try await withServer(configuration, credentials, socket: socket, body)
}

/// A server over a database without anything in it.
func withEmptyDatabase<Value: Sendable>(
    _ body: @Sendable @escaping (WireHarness) async throws -> Value
) async throws -> Value {
    try await TestPostgres.withDatabase { database in
        let credentials = AWSCredentials(
            accessKeyID: "AKIAEXTENDDB12345678", secretAccessKey: "extenddb0123456789abcdef0123456789abcdef")
        return try await withServer(
            ServerConfiguration(port: 0, region: WireHarness.region, database: database), credentials, body)
    }
}
