import ControlPlane
import Environments
import HTTPTypes
import Hummingbird

/// Lets only requests through that carry a valid token, and says in the context whose it is. `/healthz` and `/readyz` are
/// open: load balancers and service managers ask them, and they tell nothing but yes or no.
struct AuthenticationMiddleware: RouterMiddleware {
    typealias Context = APIRequestContext

    let authenticator: Authenticator
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
        // The scheme's case does not matter (RFC 9110, section 11.1).
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { throw Self.refused }
        let token = String(parts[1].drop { $0 == " " })
        switch try await authenticator.authenticate(token, source: context.source) {
        case .refused: throw Self.refused
        case .wait(let time):
            let seconds = time.wholeSeconds + 1
            var response = try Response.problem(
                Problem(
                    ControlError(
                        .throttled, "too many tokens from this address were not valid",
                        hint: "check ENVCTL_TOKEN, and try again in \(seconds) seconds")))
            response.headers[.retryAfter] = String(seconds)
            return response
        case .caller(let caller):
            var context = context
            context.caller = caller
            context.token = token
            return try await next(request, context)
        }
    }

    private static let refused = ControlError(
        .unauthorized, "the token is not valid for this control plane",
        hint:
            "is ENVCTL_TOKEN of another one, expired or revoked? the local token is in run/token of the state directory"
    )
}
