import ControlPlane
import Environments
import Hummingbird

/// `/v1/tokens`.
struct TokenRoutes: Sendable {
    let service: TokenService

    func add(to router: RouterGroup<APIRequestContext>) {
        let group = router.group("tokens")
        group.get { _, _ in
            try Response.json(ListResource(items: try await service.list().map(TokenResource.init)))
        }
        group.post(use: create)
        group.delete(":id") { _, context in
            let id = try context.parameters.require("id")
            return try Response.json(TokenResource(try await service.revoke(id, by: context.actor)))
        }
    }

    @Sendable private func create(_ request: Request, context: APIRequestContext) async throws -> Response {
        let body = try await request.decoded(as: CreateTokenBody.self, context: context)
        guard let scope = Scope(rawValue: body.scope) else {
            throw ControlError(
                .invalidRequest, subject: "scope", "'\(body.scope)' is not a scope",
                hint: "one of \(Scope.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        let (record, token) = try await service.create(
            Caller(
                owner: body.owner, scope: scope, snapshots: body.snapshots.map { Set($0) }, labels: body.labels ?? [:]),
            ttl: body.ttlSeconds.map { .seconds($0) }, by: context.actor)
        var response = try Response.json(
            CreatedTokenResource(record: TokenResource(record), token: token), status: .created)
        response.headers[.cacheControl] = "no-store"
        return response
    }
}
