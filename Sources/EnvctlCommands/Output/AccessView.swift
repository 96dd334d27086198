package import ControlPlaneAPI

/// How tokens and webhooks read to people.
package enum AccessView {
    package static func tokens(_ tokens: [TokenResource]) -> String {
        guard !tokens.isEmpty else { return "No tokens. Make one: envctl token create --owner NAME --scope use" }
        var table = TextTable(["ID", "OWNER", "SCOPE", "BOUND TO", "EXPIRES", "LAST USED", "CREATED BY"])
        for token in tokens {
            let bound =
                (token.snapshots ?? []) + token.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            table.add([
                token.id, token.owner, token.scope, bound.isEmpty ? "-" : bound.joined(separator: ","),
                token.expiresAt ?? "never", token.lastUsedAt ?? "never", token.createdBy,
            ])
        }
        return table.render()
    }

    package static func webhooks(_ webhooks: [WebhookResource]) -> String {
        guard !webhooks.isEmpty else { return "No webhooks. Make one: envctl webhook create URL" }
        var table = TextTable(["ID", "URL", "KINDS", "WAITING", "LAST DELIVERED"])
        for webhook in webhooks {
            table.add([
                webhook.id, webhook.url, webhook.kinds.isEmpty ? "all" : webhook.kinds.joined(separator: ","),
                String(webhook.pending), webhook.lastDeliveredAt ?? "never",
            ])
        }
        return table.render()
    }

    package static func deliveries(_ deliveries: [DeliveryResource]) -> String {
        guard !deliveries.isEmpty else { return "Nothing was sent yet." }
        var table = TextTable(["EVENT", "KIND", "STATE", "ATTEMPTS", "NEXT", "ERROR"])
        for delivery in deliveries {
            table.add([
                String(delivery.eventId), delivery.kind, delivery.state, String(delivery.attempts),
                delivery.nextAttemptAt ?? "-", delivery.error ?? "-",
            ])
        }
        return table.render()
    }
}
