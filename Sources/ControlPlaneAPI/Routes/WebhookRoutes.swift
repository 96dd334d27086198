import ControlPlane
import Environments
import Hummingbird

/// `/v1/webhooks`.
struct WebhookRoutes: Sendable {
    let service: WebhookService

    func add(to router: RouterGroup<APIRequestContext>) {
        let group = router.group("webhooks")
        group.get { _, _ in
            try Response.json(ListResource(items: try await service.list().map(WebhookResource.init)))
        }
        group.post(use: create)
        group.delete(":id") { _, context in
            try await service.delete(try context.parameters.require("id"), by: context.actor)
            return Response(status: .noContent)
        }
        group.get(":id/deliveries") { request, context in
            let limit = try request.number("limit", in: 1...1_000, preset: 100)
            let deliveries = try await service.deliveries(try context.parameters.require("id"), limit: limit)
            return try Response.json(ListResource(items: deliveries.map(DeliveryResource.init)))
        }
    }

    @Sendable private func create(_ request: Request, context: APIRequestContext) async throws -> Response {
        let body = try await request.decoded(as: CreateWebhookBody.self, context: context)
        let (record, secret) = try await service.create(url: body.url, kinds: body.kinds ?? [], by: context.actor)
        var response = try Response.json(
            CreatedWebhookResource(webhook: WebhookResource(record), secret: secret), status: .created)
        response.headers[.cacheControl] = "no-store"
        return response
    }
}
