import AWS
import CPlatform
import Cryptography
import DynamoModel
import ExtendDBLayout
import Logging
import NIOCore
import NIOHTTP1

/// Answers requests: what stands between a whole HTTP request and the operation that it names.
///
/// The order of the checks is DynamoDB's as far as clients can see it: a request is refused for its operation, then
/// for its JSON, then for its signature, then for its parameters.
struct Application: Sendable {
    let clock: WallClock
    private let region: String
    private let databases: Databases
    private let authenticator: Authenticator
    private let authorizer: Authorizer
    private let dispatcher: Dispatcher
    private let logger: Logger
    private let activity: ActivityFile?
    private let timedWork: TimedWork
    private let indexWorker: IndexWorker
    private let tables: TableCache

    init(configuration: ServerConfiguration, clock: WallClock, logger: Logger) {
        // Hundreds of servers share a machine, and most of them wait.
        let databases = Databases(configuration, onIdle: { cs_release_idle_memory() })
        let gate = LayoutGate(databases: databases)
        let grace = GracePeriods()
        let indexWorker = IndexWorker(databases: databases, gate: gate, grace: grace, logger: logger)
        let tables = TableCache(
            databases: databases, gate: gate, region: configuration.region, indexWorker: indexWorker)
        self.indexWorker = indexWorker
        self.tables = tables
        self.clock = clock
        self.databases = databases
        self.logger = logger
        region = configuration.region
        activity = configuration.activityFile.map { ActivityFile(path: $0, logger: logger) }
        authenticator = Authenticator(credentials: CredentialCache(pool: databases.catalog, gate: gate))
        authorizer = Authorizer()
        let items = ItemOperations(
            pool: databases.data, tables: tables, throttle: configuration.throttles ? Throttle() : nil)
        let tableOperations = TableOperations(
            databases: databases, gate: gate, tables: tables, region: configuration.region)
        timedWork = TimedWork(
            databases: databases, gate: gate, tables: tables, items: items, grace: grace, clock: clock,
            settings: configuration.timeToLive, logger: logger)
        dispatcher = Dispatcher(
            items: items, tables: tableOperations,
            streams: StreamOperations(databases: databases, gate: gate, tables: tables, region: configuration.region),
            transfers: TransferOperations(
                items: items, tables: tableOperations, cache: tables, region: configuration.region,
                bucketDirectory: configuration.bucketDirectory),
            grace: grace)
    }

    /// The background work, until it is cancelled.
    ///
    /// - Parameter loop: where its timer runs.
    func run(on loop: any EventLoop) async {
        async let work: Void = timedWork.run(on: loop)
        async let indexes: Void = indexWorker.run { [tables] table in
            tables.invalidate(table.definition.name, table.accountID)
        }
        await databases.run()
        await work
        await indexes
    }

    func respond(to request: WireRequest) async -> WireResponse {
        let requestID = RequestID.make()
        var response =
            switch request.method {
            case .POST: await answer(request, requestID)
            case .GET, .HEAD: status(request, requestID)
            case .OPTIONS: CrossOrigin.preflight(request, requestID)
            default: Self.unknown(requestID)
            }
        response.omitsBody = request.method == .HEAD
        if request.method != .OPTIONS, request.headers.contains(name: "origin") {
            response.headers += CrossOrigin.answer
        }
        response.closesConnection = !request.keepAlive
        return response
    }

    /// What the control plane's own requests carry.
    private static let probeHeader = "x-envctl-probe"

    // MARK: Operations

    private func answer(_ request: WireRequest, _ requestID: String) async -> WireResponse {
        guard let contentType = WireResponse.ContentType(answering: request.headers) else {
            return Self.unknown(requestID)
        }
        let target = request.headers.first(name: "x-amz-target") ?? ""
        let log = RequestLog(logger: logger, requestID: requestID, target: target)
        return await RequestLog.$current.withValue(log) {
            var body: [UInt8]
            var status = 200
            do throws(WireError) {
                body = try await perform(request, target, requestID)
            } catch {
                log.failure(error)
                body = error.body()
                status = error.httpStatus
            }
            var headers: [(name: String, value: String)] = []
            if body.count >= ContentCoding.threshold, let coding = ContentCoding(acceptedBy: request.headers) {
                body = coding.encode(body)
                headers.append(("content-encoding", coding.rawValue))
            }
            var response = WireResponse(
                status: status, contentType: contentType, requestID: requestID, body: body,
                checksum: CRC32.checksum(body))
            response.headers = headers
            return response
        }
    }

    private func perform(
        _ request: WireRequest, _ target: String, _ requestID: String
    ) async throws(WireError) -> [UInt8] {
        guard request.path == "/", let operation = Operation(target: target) else {
            throw WireError(.unknownOperationException, "")
        }
        let (parameters, bodyHash) = try Self.read(request.body, ContentCoding(ofRequest: request.headers))
        let now = clock.now()
        let identity = try await authenticator.identity(of: request, bodyHash: bodyHash, now: now)
        try authorizer.authorize(identity, operation)
        // Only what a user asked: neither strangers nor the control plane's probes keep an environment awake.
        if let activity, !request.headers.contains(name: Self.probeHeader) { activity.touch(at: now) }
        let context = RequestContext(
            accountID: identity.accountID, region: region, requestID: requestID, now: now,
            host: request.headers.first(name: "host") ?? "", principal: identity.principal)
        defer { timedWork.requestEnded(context.changes) }
        return try await dispatcher.respond(to: operation, parameters, context)
    }

    /// The parameters, and the hash that the signature covers: that of the bytes that came. Both come from the one
    /// buffer, which is not copied.
    private static func read(
        _ body: ByteBuffer?, _ coding: ContentCoding?
    ) throws(WireError) -> (JSONValue, String) {
        guard let body else { throw .serialization("") }
        return try body.withUnsafeReadableBytes { bytes throws(WireError) in
            let hash = Hex.encode(SHA256.hash(bytes))
            guard let coding else {
                return (try parameters { () throws(JSONError) in try JSONValue(parsing: bytes) }, hash)
            }
            let text: [UInt8]
            do throws(ContentCoding.DecodingError) {
                text = try coding.decode(Array(bytes), limit: Limits.requestBodySize)
            } catch {
                switch error {
                case .damaged: throw .serialization("")
                case .tooLarge: throw WireError(.requestEntityTooLarge, "Request body too large")
                }
            }
            return (try parameters { () throws(JSONError) in try JSONValue(parsing: text) }, hash)
        }
    }

    private static func parameters(_ parse: () throws(JSONError) -> JSONValue) throws(WireError) -> JSONValue {
        let parameters: JSONValue
        do throws(JSONError) {
            parameters = try parse()
        } catch {
            throw .serialization("")
        }
        guard case .object = parameters else { throw .serialization("") }
        return parameters
    }

    // MARK: What is not an operation

    private func status(_ request: WireRequest, _ requestID: String) -> WireResponse {
        switch request.path {
        case "/":
            Self.text(200, "healthy: dynamodb.\(region).amazonaws.com ", requestID)
        case "/health":
            // Liveness only: it says that this process answers, and never touches the database.
            WireResponse(
                status: 200, contentType: .json, requestID: requestID, body: Array(#"{"status":"healthy"}"#.utf8))
        default:
            Self.unknown(requestID)
        }
    }

    /// What the service's protocol layer says of a request that belongs to none of its protocols, byte for byte.
    private static func unknown(_ requestID: String) -> WireResponse {
        let body = Array("<UnknownOperationException/>\n".utf8)
        return WireResponse(
            status: 404, contentType: nil, requestID: requestID, body: body, checksum: CRC32.checksum(body))
    }

    private static func text(_ status: Int, _ text: String, _ requestID: String) -> WireResponse {
        WireResponse(status: status, contentType: .text, requestID: requestID, body: Array(text.utf8))
    }
}
