import ControlPlane
import Environments
import Hummingbird

/// `/v1/reconcile`.
struct ReconcileRoutes: Sendable {
    let controlPlane: ControlPlane

    func add(to router: RouterGroup<APIRequestContext>) {
        router.post("reconcile", use: reconcile)
    }

    @Sendable private func reconcile(_ request: Request, context: APIRequestContext) async throws -> Response {
        let body = try await request.decoded(as: ReconcileBody.self, context: context)
        return try Response.json(
            ReconcileResource(try await controlPlane.reconcile(dryRun: body.dryRun, by: context.actor)))
    }
}
