import Environments
import HTTPClient
import Logging
import ServiceLifecycle

/// Sends events to webhooks: puts them into the outbox, takes out what is due, and writes down what came of it. An event
/// arrives at least once: if this process dies between sending and writing that down, it is sent again.
///
/// Each webhook is served by itself, so that one that does not answer delays no other.
struct WebhookSender: Service {
    let store: RecordStore
    let hub: ChangeHub
    let client: HTTPClient
    var policy = DeliveryPolicy()
    let pollInterval: Duration
    let logger: Logger

    /// Sent to one webhook at once.
    private static let width = 4
    /// For one message, connecting included. A receiver has only to take it.
    private static let timeout = Duration.seconds(10)
    /// Longer than anything that can happen between taking a delivery and writing down what came of it.
    private static let lease = Duration.seconds(60)
    /// Between two looks when events are held back by a transaction that nobody announces the end of.
    private static let heldInterval = Duration.milliseconds(100)
    private static let gathering = Duration.milliseconds(20)
    /// How long deliveries that arrived are shown.
    private static let memory = Duration.seconds(7 * 86_400)
    private static let cleaningInterval = Duration.seconds(3_600)

    func run() async throws {
        await cancelWhenGracefulShutdown { await work() }
    }

    private func work() async {
        let wake = WakeSignal()
        await withDiscardingTaskGroup { group in
            // Hears of events for as long as it runs, and keeps what it heard while nobody waits.
            group.addTask {
                for await _ in hub.changes(of: RecordStore.eventsSubject) { wake.signal() }
            }
            group.addTask {
                while !Task.isCancelled {
                    await clean()
                    // Ends early by cancellation only, which the loop looks at.
                    try? await Task.sleep(for: Self.cleaningInterval)
                }
            }
            let busy = BusyWebhooks()
            while !Task.isCancelled {
                let (due, pause) = await look(excluding: busy)
                for webhook in due where busy.begin(webhook) {
                    group.addTask {
                        await drain(webhook)
                        busy.end(webhook)
                        wake.signal()
                    }
                }
                await wake.wait(atMost: pause)
                // Events come in swarms; one look is enough for those of a moment. Ended early by cancellation only.
                try? await Task.sleep(for: Self.gathering)
            }
            group.cancelAll()
        }
    }

    /// Fills the outbox and says which webhooks to begin with, and how long to pause when nothing happens.
    private func look(excluding busy: BusyWebhooks) async -> (due: [String], pause: Duration) {
        do {
            guard try await store.hasWebhooks() else { return ([], pollInterval) }
            let hasMore = try await store.fillOutbox()
            let (due, next) = try await store.dueWebhooks()
            var pause = hasMore ? Self.heldInterval : pollInterval
            // Those that are being served say themselves when they are done.
            let idle = due.filter { !busy.contains($0) }
            if let next, next > .zero { pause = min(pause, next + .milliseconds(1)) }
            return (idle, pause)
        } catch {
            if error.code != .cancelled {
                logger.warning("webhooks have to wait", metadata: ["error": "\(error)"])
            }
            return ([], .seconds(1))
        }
    }

    /// Sends what is due for one webhook until nothing is.
    private func drain(_ webhook: String) async {
        while !Task.isCancelled {
            do {
                let claimed = try await store.claimDeliveries(webhook, limit: Self.width, lease: Self.lease)
                guard !claimed.isEmpty else { return }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for delivery in claimed { group.addTask { try await deliver(delivery) } }
                    try await group.waitForAll()
                }
            } catch {
                // The leases run out by themselves.
                logger.warning("deliveries were broken off", metadata: ["webhook": "\(webhook)", "error": "\(error)"])
                // Else what cannot be read would be tried again without a pause; ended early by cancellation only.
                try? await Task.sleep(for: .seconds(1))
                return
            }
        }
    }

    private func deliver(_ delivery: ClaimedDelivery) async throws {
        let problem = await send(delivery)
        // Stopped on the way: nobody knows whether it arrived, so it is sent again.
        if Task.isCancelled { return }
        Failpoint.webhookSent.hit()
        try await store.record(delivery, outcome(delivery, problem))
    }

    private func outcome(_ delivery: ClaimedDelivery, _ problem: String?) -> DeliveryOutcome {
        guard let problem else { return .delivered }
        var generator = SystemRandomNumberGenerator()
        switch policy.verdict(attempts: delivery.attempts, age: delivery.age, using: &generator) {
        case .again(let wait): return .again(after: wait, error: problem)
        case .giveUp: return .givenUp(error: problem)
        }
    }

    /// Why it did not arrive; nil: it did. Redirects are not followed: they would lead events to where nobody meant
    /// them to go.
    private func send(_ delivery: ClaimedDelivery) async -> String? {
        let body = WebhookMessage.body(delivery.event)
        let request = HTTPRequest(
            method: "POST", url: delivery.url,
            headers: [
                ("Content-Type", "application/json"), ("User-Agent", "envctl/\(ControlPlane.version)"),
                ("Envctl-Event-Id", String(delivery.event.id)), ("Envctl-Event", delivery.event.kind),
                (
                    "Envctl-Signature",
                    WebhookMessage.signature(body, secret: delivery.secret, at: delivery.now)
                ),
            ], body: body, timeout: Self.timeout)
        do throws(HTTPClientError) {
            // What a receiver answers besides its status is nobody's business here, and may be long.
            let answer = try await client.stream(request) { _ in true }
            if (200..<300).contains(answer.status) { return nil }
            return (300..<400).contains(answer.status)
                ? "it answered \(answer.status), and redirects are not followed" : "it answered \(answer.status)"
        } catch {
            return error.message
        }
    }

    private func clean() async {
        do {
            try await store.forgetDeliveries(olderThan: Self.memory)
        } catch {
            logger.debug("old deliveries were not forgotten", metadata: ["error": "\(error)"])
        }
    }
}
