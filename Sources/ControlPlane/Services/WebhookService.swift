import Cryptography
package import Environments

/// Where events are sent to.
package struct WebhookService: Sendable {
    private let box: RuntimeBox

    init(box: RuntimeBox) { self.box = box }

    /// A new webhook; it gets what happens from now on.
    /// - Parameter kinds: of events; empty: all.
    /// - Returns: its record, and the secret that its messages are signed with, which nobody can get again.
    package func create(
        url: String, kinds: [String], by actor: Actor = .local
    ) async throws(ControlError) -> (record: WebhookRecord, secret: String) {
        try WebhookRule.check(url: url, kinds: kinds)
        let secret = "whsec_" + Hex.encode(SecureRandom.bytes(32))
        let record = try await box.runtime().store.createWebhook(
            id: Hex.encode(SecureRandom.bytes(8)), url: url, secret: secret, kinds: kinds, by: actor)
        return (record, secret)
    }

    package func list() async throws(ControlError) -> [WebhookRecord] { try await box.runtime().store.listWebhooks() }

    /// Ends a webhook. Deleting one that is deleted is fine.
    package func delete(_ id: String, by actor: Actor = .local) async throws(ControlError) {
        guard try await box.runtime().store.deleteWebhook(id, by: actor) else { throw Self.unknown(id) }
    }

    /// What was sent to a webhook and what waits, newest first.
    package func deliveries(_ id: String, limit: Int) async throws(ControlError) -> [DeliveryRecord] {
        guard let deliveries = try await box.runtime().store.deliveries(id, limit: limit) else {
            throw Self.unknown(id)
        }
        return deliveries
    }

    private static func unknown(_ id: String) -> ControlError {
        ControlError(
            .notFound, subject: id, "there is no webhook '\(id)'", hint: "`envctl webhook list` shows those there are")
    }
}
