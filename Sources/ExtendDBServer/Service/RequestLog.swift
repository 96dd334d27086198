import DynamoModel
import ExtendDBLayout
import Logging
import Postgres

/// Where the reasons of a request's failure are written, with the request's identifier and without its content.
///
/// It follows the request's task: errors of the database become errors of the wire deep within an operation, and
/// what is not for the client must reach the log from there.
package struct RequestLog: Sendable {
    @TaskLocal package static var current: RequestLog?

    private let logger: Logger
    private let requestID: String
    private let target: String

    init(logger: Logger, requestID: String, target: String) {
        self.logger = logger
        self.requestID = requestID
        self.target = target
    }

    private var metadata: Logger.Metadata {
        ["request": "\(requestID)", "operation": "\(target.prefix(100))"]
    }

    /// What a client was told. Its own mistakes are its own business: they are logged for debugging only.
    func failure(_ error: WireError) {
        logger.log(
            level: error.httpStatus >= 500 ? .error : .debug, "request failed",
            metadata: metadata.merging(["error": "\(error.code.rawValue)"]) { old, _ in old })
    }

    /// What a client is not told. `PostgresError` carries no values of the statement.
    func database(_ error: PostgresError) {
        logger.error(
            "database failed", metadata: metadata.merging(["error": "\(error)"]) { old, _ in old })
    }

    /// A database that this server cannot serve: the reason is for its operator.
    func layout(_ error: LayoutError) {
        logger.error("layout refused", metadata: metadata.merging(["error": "\(error)"]) { old, _ in old })
    }
}
