import AWS
import Cryptography
import DynamoModel
import ExtendDBLayout
import ExtendDBServer
import HTTPClient
import Logging
import Postgres
import ServiceLifecycle
import Synchronization
import TestSupport

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A server in this process over a database of its own, and a client that signs.
struct WireHarness: Sendable {
    static let region = "eu-central-1"
    static let accountID = "123456789012"

    let port: Int
    let database: PostgresConfiguration
    /// Where the relations of tables lie: the same database, or the data database of a pair.
    var data: PostgresConfiguration { dataDatabase.map { database.with(database: $0) } ?? database }
    let dataDatabase: String?
    let credentials: AWSCredentials
    /// Stops the server as SIGTERM does.
    let stop: @Sendable () -> Void
    let client = HTTPClient()

    var endpoint: String { "http://127.0.0.1:\(port)/" }

    /// Sends one operation, signed.
    ///
    /// - Parameter json: the parameters as JSON text.
    /// - Returns: the HTTP status, and the body as JSON (`null` for an empty one).
    func call(_ operation: String, _ json: String) async throws -> (status: Int, body: JSONValue) {
        let response = try await response(operation, Array(json.utf8))
        return (response.status, response.body.isEmpty ? .null : try JSONValue(parsing: response.body))
    }

    /// Sends one operation that has to succeed.
    @discardableResult
    func succeed(_ operation: String, _ json: String) async throws -> JSONValue {
        let (status, body) = try await call(operation, json)
        guard status == 200 else { throw UnexpectedAnswer(operation: operation, status: status, body: body) }
        return body
    }

    /// Sends one operation that has to fail, and returns its error.
    func fail(_ operation: String, _ json: String) async throws -> WireFailure {
        let (status, body) = try await call(operation, json)
        guard status != 200 else { throw UnexpectedAnswer(operation: operation, status: status, body: body) }
        return WireFailure(status: status, body: body)
    }

    /// Operations of the Streams API have a prefix of their own.
    private static func target(_ operation: String) -> String {
        let prefix =
            Operation(rawValue: operation)?.isOfStreams == true
            ? Operation.streamsTargetPrefix : Operation.targetPrefix
        return prefix + operation
    }

    func response(
        _ operation: String, _ body: [UInt8], credentials other: AWSCredentials? = nil,
        time: Int64 = Int64(WallClock.system.now()), change: (inout SignableRequest) -> Void = { _ in }
    ) async throws -> HTTPResponse {
        var request = SignableRequest(
            host: "127.0.0.1:\(port)",
            headers: [
                ("Content-Type", "application/x-amz-json-1.0"), ("X-Amz-Target", Self.target(operation)),
            ], body: body)
        SigV4Signer(credentials: other ?? credentials, region: Self.region, service: "dynamodb")
            .sign(&request, at: SigningTime(unixSeconds: time))
        change(&request)
        return try await client.send(
            HTTPRequest(
                method: request.method, url: "http://127.0.0.1:\(port)\(request.target)",
                headers: request.headers, body: request.body, timeout: .seconds(120)))
    }
}

/// An error answer, taken apart.
struct WireFailure: Hashable {
    var status: Int
    /// The part of `__type` after the number sign.
    var type: String
    var message: String
    var body: JSONValue

    init(status: Int, body: JSONValue) {
        self.status = status
        self.body = body
        let name = body["__type"]?.stringValue ?? ""
        type = name.split(separator: "#").last.map(String.init) ?? ""
        message = body["message"]?.stringValue ?? body["Message"]?.stringValue ?? ""
    }
}

struct UnexpectedAnswer: Error {
    var operation: String
    var status: Int
    var body: JSONValue
}

/// Runs `body` against a new server over a new database with an empty layout and one access key. Both are gone
/// afterwards.
///
/// - Parameters:
///   - form: one database with our layout, or ExtendDB's two.
///   - limits: What clients may do; tests of time-outs shorten them.
func withServer<Value: Sendable>(
    _ form: DeploymentForm = .standard, limits: HTTPLimits = HTTPLimits(), clock: WallClock = .system,
    logger: Logger = quietLogger, activityFile: String? = nil, bucketDirectory: String? = nil,
    _ body: @Sendable @escaping (WireHarness) async throws -> Value
) async throws -> Value {
    try await withDeployment(form) { database, data, credentials in
        let configuration = ServerConfiguration(
            port: 0, region: WireHarness.region, database: database, dataDatabase: data, http: limits,
            activityFile: activityFile, bucketDirectory: bucketDirectory)
        return try await withServer(configuration, credentials, clock: clock, logger: logger, body)
    }
}

/// Runs `body` against a server with this configuration, and stops the server gracefully afterwards.
func withServer<Value: Sendable>(
    _ configuration: ServerConfiguration, _ credentials: AWSCredentials, socket: ListeningSocket = .bind,
    clock: WallClock = .system, logger: Logger = quietLogger,
    _ body: @Sendable @escaping (WireHarness) async throws -> Value
) async throws -> Value {
    let (ports, portFound) = AsyncStream.makeStream(of: Int.self)
    let (stops, stop) = AsyncStream.makeStream(of: Void.self)
    let server = Server(
        configuration: configuration, socket: socket, logger: logger, clock: clock,
        onListening: { port in
            portFound.yield(port)
            portFound.finish()
        })
    let group = ServiceGroup(
        configuration: .init(services: [.init(service: server, successTerminationBehavior: .ignore)], logger: logger))
    return try await withThrowingTaskGroup(of: Value?.self) { tasks in
        tasks.addTask {
            defer { portFound.finish() }
            try await group.run()
            return nil
        }
        tasks.addTask {
            for await _ in stops { break }
            await group.triggerGracefulShutdown()
            return nil
        }
        tasks.addTask {
            defer { stop.finish() }
            guard let port = await ports.first(where: { _ in true }) else { throw ServerDidNotStart() }
            return try await body(
                WireHarness(
                    port: port, database: configuration.database, dataDatabase: configuration.dataDatabase,
                    credentials: credentials,
                    stop: { stop.finish() }))
        }
        var value: Value?
        for try await result in tasks {
            value = result ?? value
        }
        guard let value else { throw ServerDidNotStart() }
        return value
    }
}

struct ServerDidNotStart: Error {}

/// Errors only: a failing test prints them, a passing one prints nothing.
let quietLogger: Logger = {
    var logger = Logger(label: "test", factory: { StreamLogHandler.standardError(label: $0) })
    logger.logLevel = .critical
    return logger
}()

/// Makes an empty layout, with one user and its access key.
func makeLayout(in database: PostgresConfiguration) async throws -> AWSCredentials {
    try await withPostgresPool(database) { pool in
        try await pool.withConnection { connection in
            try await LayoutBootstrap.create(
                on: connection, accountID: WireHarness.accountID, encryptionKey: SecureRandom.bytes(32))
            let key = try await AccessKeyStore().mint(account: WireHarness.accountID, on: connection)
            return AWSCredentials(accessKeyID: key.accessKeyID, secretAccessKey: key.secretAccessKey)
        }
    }
}
