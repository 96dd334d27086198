import ControlPlane
import Environments
import HTTPTypes
import Hummingbird

/// Holds every request to ``AccessTable``: what is not in there is for the scope `admin` alone.
struct AccessMiddleware: RouterMiddleware {
    typealias Context = APIRequestContext

    let environments: EnvironmentService

    func handle(
        _ request: Request, context: APIRequestContext,
        next: (Request, APIRequestContext) async throws -> Response
    ) async throws -> Response {
        let caller = context.caller
        if caller.scope == .admin || AuthenticationMiddleware.open.contains(request.uri.path) {
            return try await next(request, context)
        }
        let method = request.method.rawValue
        let path = request.uri.path
        guard let (rule, name) = AccessTable.rule(method: method, path: path) else {
            throw ControlError(
                .notFound, subject: path, "there is nothing at \(method) \(path)", hint: "the API begins at /v1")
        }
        guard caller.scope >= rule.scope else {
            throw ControlError(
                .forbidden, subject: path,
                "a token with the scope \(caller.scope.rawValue) may not \(method) \(path)",
                hint: "it needs the scope \(rule.scope.rawValue): ask whoever manages this control plane for a token")
        }
        switch rule.reach {
        case .none: break
        case .seesSnapshot: try checkSnapshot(name ?? "", caller)
        case .sees where !caller.isBound: break
        case .sees, .owns: try await checkEnvironment(name ?? "", caller, rule)
        }
        return try await next(request, context)
    }

    /// A name that is none fails here, and not in the route: the route may read it in another way.
    private func checkSnapshot(_ name: String, _ caller: Caller) throws(ControlError) {
        let name = try SnapshotName(name)
        guard caller.sees(snapshot: name.text) else { throw SnapshotService.unknown(name) }
    }

    private func checkEnvironment(
        _ name: String, _ caller: Caller, _ rule: AccessTable.Rule
    ) async throws(ControlError) {
        let name = try EnvironmentName(name)
        guard let record = try await environments.newest(name), caller.sees(record) else {
            throw EnvironmentService.unknown(name)
        }
        guard rule.reach == .sees || caller.owns(record) else {
            throw ControlError(
                .forbidden, subject: name.text, "environment '\(name)' belongs to \(record.owner)",
                hint: "ask \(record.owner), or use a token with the scope admin")
        }
    }
}
