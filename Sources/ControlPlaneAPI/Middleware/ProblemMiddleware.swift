import Environments
import Hummingbird
import Logging

/// Turns every error into `application/problem+json`: a `ControlError` as it is, anything else as a failure whose
/// details stay in the log.
struct ProblemMiddleware: RouterMiddleware {
    typealias Context = APIRequestContext

    func handle(
        _ request: Request, context: APIRequestContext,
        next: (Request, APIRequestContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as ControlError {
            return try Response.problem(Problem(error))
        } catch let error as HTTPError where error.status == .notFound {
            return try Response.problem(
                Problem(
                    ControlError(
                        .notFound, subject: request.uri.path,
                        "there is nothing at \(request.method) \(request.uri.path)",
                        hint: "the API begins at /v1")))
        } catch is CancellationError {
            return try Response.problem(
                Problem(ControlError(.unavailable, "the control plane is shutting down", hint: "try again")))
        } catch {
            context.logger.error("request failed", metadata: ["error": "\(error)", "path": "\(request.uri.path)"])
            return try Response.problem(
                Problem(
                    ControlError(
                        .failed, "the control plane failed to answer", hint: "its log says why: see envctl status")))
        }
    }
}
