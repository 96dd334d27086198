import Synchronization

/// The webhooks that are being served at the moment.
final class BusyWebhooks: Sendable {
    private let webhooks = Mutex<Set<String>>([])

    func contains(_ webhook: String) -> Bool { webhooks.withLock { $0.contains(webhook) } }

    /// False: it is being served already.
    func begin(_ webhook: String) -> Bool { webhooks.withLock { $0.insert(webhook).inserted } }

    func end(_ webhook: String) { webhooks.withLock { _ = $0.remove(webhook) } }
}
