package import ControlPlane
import Environments

/// Where events are sent to, without its secret.
package struct WebhookResource: Codable, Sendable, Equatable {
    package var id: String
    package var url: String
    /// Kinds of events; empty: all.
    package var kinds: [String]
    /// Who created it.
    package var owner: String
    package var createdAt: String
    /// Events that wait to be sent.
    package var pending: Int
    package var lastDeliveredAt: String?

    package init(
        id: String, url: String, kinds: [String], owner: String, createdAt: String, pending: Int,
        lastDeliveredAt: String? = nil
    ) {
        self.id = id
        self.url = url
        self.kinds = kinds
        self.owner = owner
        self.createdAt = createdAt
        self.pending = pending
        self.lastDeliveredAt = lastDeliveredAt
    }
}

extension WebhookResource {
    package init(_ record: WebhookRecord) {
        self.init(
            id: record.id, url: record.url, kinds: record.kinds, owner: record.owner,
            createdAt: record.createdAt.description, pending: record.pending,
            lastDeliveredAt: record.lastDeliveredAt?.description)
    }
}

/// Answer to `POST /v1/webhooks`: the only time that the secret is shown.
package struct CreatedWebhookResource: Codable, Sendable, Equatable {
    package var webhook: WebhookResource
    package var secret: String

    package init(webhook: WebhookResource, secret: String) {
        self.webhook = webhook
        self.secret = secret
    }
}

/// Body of `POST /v1/webhooks`.
package struct CreateWebhookBody: RequestBody, Codable, Sendable, Equatable {
    enum CodingKeys: CodingKey, CaseIterable { case url, kinds }

    package var url: String
    /// Absent or empty: all.
    package var kinds: [String]?

    package init(url: String, kinds: [String]? = nil) {
        self.url = url
        self.kinds = kinds
    }
}

/// One event on its way to one webhook.
package struct DeliveryResource: Codable, Sendable, Equatable {
    package var eventId: Int
    package var kind: String
    /// `waiting`, `delivered` or `given_up`.
    package var state: String
    package var attempts: Int
    package var createdAt: String
    package var nextAttemptAt: String?
    package var deliveredAt: String?
    /// What went wrong last.
    package var error: String?

    package init(
        eventId: Int, kind: String, state: String, attempts: Int, createdAt: String, nextAttemptAt: String? = nil,
        deliveredAt: String? = nil, error: String? = nil
    ) {
        self.eventId = eventId
        self.kind = kind
        self.state = state
        self.attempts = attempts
        self.createdAt = createdAt
        self.nextAttemptAt = nextAttemptAt
        self.deliveredAt = deliveredAt
        self.error = error
    }
}

extension DeliveryResource {
    package init(_ record: DeliveryRecord) {
        let state =
            if record.deliveredAt != nil { "delivered" } else if record.nextAttemptAt != nil { "waiting" } else {
                "given_up"
            }
        self.init(
            eventId: Int(record.eventID), kind: record.kind, state: state, attempts: record.attempts,
            createdAt: record.createdAt.description, nextAttemptAt: record.nextAttemptAt?.description,
            deliveredAt: record.deliveredAt?.description, error: record.lastError)
    }
}
