import ControlPlane
import Cryptography
import Environments
import HTTPTypes
import Hummingbird

/// Lets only requests through that carry the token. `/healthz` and `/readyz` are open: load balancers and service
/// managers ask them, and they tell nothing but yes or no.
struct BearerTokenMiddleware: RouterMiddleware {
    typealias Context = APIRequestContext

    let token: String
    static let open: Set<String> = ["/healthz", "/readyz"]

    func handle(
        _ request: Request, context: APIRequestContext,
        next: (Request, APIRequestContext) async throws -> Response
    ) async throws -> Response {
        if Self.open.contains(request.uri.path) { return try await next(request, context) }
        guard let header = request.headers[.authorization] else {
            throw ControlError(
                .unauthorized, "the request carries no token", hint: "send Authorization: Bearer <token>")
        }
        guard header.hasPrefix("Bearer "), constantTimeEquals(Array(header.utf8.dropFirst(7)), Array(token.utf8)) else {
            throw ControlError(
                .unauthorized, "the token is not valid for this control plane",
                hint: "is ENVCTL_TOKEN of another one? the local token is in run/token of the state directory")
        }
        var context = context
        context.actor.name = Actor.local.name
        return try await next(request, context)
    }
}
