import ControlPlane
import Environments
import HTTPTypes
import Hummingbird
import Logging

/// Makes each request one operation: its id stands in every log line that the request causes and in the answer, as
/// `X-Request-Id`. A client may bring its own.
struct OperationMiddleware: RouterMiddleware {
    typealias Context = APIRequestContext

    let metrics: ControlPlaneMetrics
    let logger: Logger

    private static let header = HTTPField.Name("X-Request-Id")

    func handle(
        _ request: Request, context: APIRequestContext,
        next: (Request, APIRequestContext) async throws -> Response
    ) async throws -> Response {
        let id = Self.header.flatMap { request.headers[$0] }.flatMap(Self.accepted) ?? Operation.makeID()
        let start = ContinuousClock.now
        var response = try await Operation.$id.withValue(id) {
            let response = try await next(request, context)
            report(request, context, response.status.code, start.duration(to: .now))
            return response
        }
        if let header = Self.header { response.headers[header] = id }
        return response
    }

    private func report(_ request: Request, _ context: APIRequestContext, _ status: Int, _ took: Duration) {
        let method = request.method.rawValue
        // The route and not the path: names of environments would make a time series each.
        let route = context.coreContext.endpointPath.value ?? "none"
        metrics.answered(method: method, route: route, status: status, took: took)
        logger.log(
            level: request.method == .get ? .debug : .info, "answered a request",
            metadata: [
                "method": "\(method)", "path": "\(request.uri.path)", "status": "\(status)",
                "milliseconds": "\(took.milliseconds)",
            ])
    }

    /// An id of a client that is fit for a log line.
    static func accepted(_ id: String) -> String? {
        let isFit = id.utf8.allSatisfy {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) || $0 == UInt8(ascii: "-")
                || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".")
        }
        return isFit && (1...128).contains(id.utf8.count) ? id : nil
    }
}
