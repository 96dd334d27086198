package import ControlPlaneAPI
package import Environments

/// Calls about tokens and webhooks.
extension APIClient {
    package func createToken(_ body: CreateTokenBody) async throws(ControlError) -> CreatedTokenResource {
        try await post("/v1/tokens", body, as: CreatedTokenResource.self)
    }

    package func tokens() async throws(ControlError) -> [TokenResource] {
        try await get("/v1/tokens", as: ListResource<TokenResource>.self).items
    }

    package func revokeToken(_ id: AccessID) async throws(ControlError) -> TokenResource {
        try await delete("/v1/tokens/\(Self.encoded(id.text))", as: TokenResource.self)
    }

    package func createWebhook(_ body: CreateWebhookBody) async throws(ControlError) -> CreatedWebhookResource {
        try await post("/v1/webhooks", body, as: CreatedWebhookResource.self)
    }

    package func webhooks() async throws(ControlError) -> [WebhookResource] {
        try await get("/v1/webhooks", as: ListResource<WebhookResource>.self).items
    }

    package func deleteWebhook(_ id: AccessID) async throws(ControlError) {
        try await delete("/v1/webhooks/\(Self.encoded(id.text))")
    }

    package func deliveries(ofWebhook id: AccessID, limit: Int) async throws(ControlError) -> [DeliveryResource] {
        try await get(
            "/v1/webhooks/\(Self.encoded(id.text))/deliveries?limit=\(limit)", as: ListResource<DeliveryResource>.self
        ).items
    }
}
