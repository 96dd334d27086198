import ControlPlaneAPI
import Environments
import Postgres
import TestSupport
import Testing

@testable import ControlPlane

@Suite struct WebhookTests {
    /// A lifecycle whose webhooks try again at once, and a receiver beside it.
    private func with(
        _ policy: DeliveryPolicy = Self.impatient,
        _ body: @escaping @Sendable (LifecycleHarness, WebhookReceiver, WebhookService) async throws -> Void
    ) async throws {
        try await LifecycleHarness.with { configuration in
            configuration.tunables.deliveries = policy
        } _: { harness in
            let receiver = try WebhookReceiver()
            defer { receiver.stop() }
            try await body(harness, receiver, WebhookService(box: harness.box))
        }
    }

    private static let impatient: DeliveryPolicy = {
        var policy = DeliveryPolicy()
        policy.base = .milliseconds(5)
        policy.maximum = .milliseconds(20)
        return policy
    }()

    /// - Parameter kind: of an event that has to be among them, where several come one after another.
    private func untilSettled(
        _ service: WebhookService, _ id: String, with kind: String? = nil
    ) async throws -> [DeliveryRecord] {
        // What a sender has written down is announced to nobody, so it is looked for.
        for _ in 0..<3_000 {
            let all = try await service.deliveries(id, limit: 1_000)
            let isThere = kind.map { kind in all.contains { $0.kind == kind } } ?? !all.isEmpty
            if isThere, all.allSatisfy({ $0.nextAttemptAt == nil }) { return all }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw ControlError(.timeout, subject: id, "the deliveries did not settle")
    }

    /// Members that nobody has claimed are in no list either.
    @Test func ofTheWarmPoolOnlyWhatIsClaimedIsTold() async throws {
        try await with { harness, receiver, service in
            let (webhook, _) = try await service.create(url: receiver.url, kinds: [])
            _ = try await harness.pools.set("prod", size: 1)
            _ = try await harness.pools.wait("prod", timeout: harness.patience)
            #expect(try await harness.clone("mine").phase == .ready)
            let deliveries = try await untilSettled(service, webhook.id, with: "claimed")
            #expect(deliveries.map(\.kind).sorted() == ["claimed", "pool-size"])
            let names = try receiver.messages.map {
                try APICoding.decode(EventResource.self, from: $0.body.utf8).name ?? "-"
            }
            #expect(names.sorted() == ["mine", "prod"])
        }
    }

    @Test func eventsArriveSignedAndOnce() async throws {
        try await with { harness, receiver, service in
            let (webhook, secret) = try await service.create(url: receiver.url, kinds: ["requested", "ready"])
            try await harness.clone("pr-1")
            try await receiver.until { $0.count >= 2 }
            let deliveries = try await untilSettled(service, webhook.id)
            #expect(deliveries.map(\.kind).sorted() == ["ready", "requested"])
            #expect(deliveries.allSatisfy { $0.attempts == 1 && $0.deliveredAt != nil && $0.lastError == nil })
            let messages = receiver.messages
            #expect(messages.count == 2)
            for message in messages {
                #expect(WebhookReceiver.isSigned(message, secret: secret))
                #expect(!WebhookReceiver.isSigned(message, secret: secret + "x"))
                let event = try APICoding.decode(EventResource.self, from: message.body.utf8)
                #expect(event.name == "pr-1")
                #expect(message.headers["envctl-event"] == event.kind)
                #expect(message.headers["envctl-event-id"] == String(event.id))
            }
            let listed = try #require(try await service.list().first)
            #expect(listed.pending == 0 && listed.lastDeliveredAt != nil && listed.kinds == ["requested", "ready"])
        }
    }

    @Test func theBodyIsTheEventOfTheAPI() throws {
        for (name, actor) in [("pr-1", "ci"), ("", "")] {
            let event = EventRecord(
                id: 7, transaction: 9, at: Timestamp(microseconds: 1_767_225_600_150_000), subjectKind: .environment,
                subjectID: "00ff", subjectName: name, kind: "ready", message: "says \"é\"\n/ and \u{1}", actor: actor)
            let body = WebhookMessage.body(event)
            #expect(try APICoding.decode(EventResource.self, from: body) == EventResource(event))
        }
    }

    @Test func whatIsNotTakenIsSentAgain() async throws {
        try await with { harness, receiver, service in
            receiver.answer([WebhookReceiver.status(500), .close, WebhookReceiver.status(404)])
            let (webhook, _) = try await service.create(url: receiver.url, kinds: ["extended"])
            try await harness.clone("pr-1")
            _ = try await harness.environments.extend("pr-1", ttl: .seconds(7200))
            let delivery = try #require(try await untilSettled(service, webhook.id).first)
            // The client itself tries again when a connection that it kept was closed.
            #expect((3...4).contains(delivery.attempts) && delivery.deliveredAt != nil)
            #expect(Set(receiver.messages.compactMap { $0.headers["envctl-event-id"] }).count == 1)
        }
    }

    @Test func itIsGivenUpInTheEndAndThatIsTold() async throws {
        var policy = Self.impatient
        policy.patience = .milliseconds(60)
        try await with(policy) { harness, receiver, service in
            receiver.answer(then: WebhookReceiver.status(503))
            // Of every kind: the line that tells it must not be sent there in turn.
            let (webhook, _) = try await service.create(url: receiver.url, kinds: [])
            try await harness.clone("pr-1")
            // The last event; those before it can all be given up before it is in the outbox.
            let deliveries = try await untilSettled(service, webhook.id, with: "ready")
            #expect(deliveries.allSatisfy { $0.givenUpAt != nil && $0.lastError == "it answered 503" })
            let told = try await harness.store.events(subject: webhook.id)
            #expect(told.filter { $0.kind == "delivery-given-up" }.count == deliveries.count)
            #expect(told.allSatisfy { $0.subjectKind == .webhook })
            #expect(try await service.deliveries(webhook.id, limit: 1_000).count == deliveries.count)
        }
    }

    @Test func redirectsAreNotFollowed() async throws {
        try await with { harness, receiver, service in
            let elsewhere = try WebhookReceiver()
            defer { elsewhere.stop() }
            receiver.answer([WebhookReceiver.status(307, "Location: \(elsewhere.url)\r\n")])
            let (webhook, _) = try await service.create(url: receiver.url, kinds: ["requested"])
            try await harness.clone("pr-1")
            let delivery = try #require(try await untilSettled(service, webhook.id).first)
            #expect(delivery.attempts == 2)
            #expect(elsewhere.messages.isEmpty)
        }
    }

    @Test func oneThatHangsDelaysNoOther() async throws {
        try await with { harness, receiver, service in
            let stuck = try WebhookReceiver()
            defer { stuck.stop() }
            stuck.answer(then: .hang)
            try await harness.clone("pr-1")
            let (webhook, _) = try await service.create(url: stuck.url, kinds: [])
            _ = try await service.create(url: receiver.url, kinds: ["protected"])
            _ = try await harness.environments.extend("pr-1", ttl: .seconds(7200))
            try await stuck.until { !$0.isEmpty }
            _ = try await harness.environments.protect("pr-1", reason: "a demo")
            try await receiver.until { $0.count == 1 }
            // The stuck one is still waited for, for ten seconds: no message to it has come to its end.
            let deliveries = try await service.deliveries(webhook.id, limit: 1_000)
            #expect(deliveries.contains { $0.attempts == 1 })
            #expect(deliveries.allSatisfy { $0.attempts <= 1 && $0.lastError == nil }, "\(deliveries)")
        }
    }

    @Test func aDeletedOneGetsNothing() async throws {
        try await with { harness, receiver, service in
            receiver.answer(then: WebhookReceiver.status(500))
            let (webhook, _) = try await service.create(url: receiver.url, kinds: ["requested"])
            try await harness.clone("pr-1")
            try await receiver.until { !$0.isEmpty }
            try await service.delete(webhook.id)
            try await service.delete(webhook.id)
            #expect(try await service.list().isEmpty)
            #expect(try await service.deliveries(webhook.id, limit: 10).allSatisfy { $0.nextAttemptAt == nil })
            try await harness.clone("pr-2")
            #expect(try await service.deliveries(webhook.id, limit: 10).count == 1)
            #expect(await harness.code { try await service.delete("none") } == .notFound)
            #expect(await harness.code { _ = try await service.create(url: "nowhere", kinds: []) } == .invalidRequest)
        }
    }

    @Test func theSecretIsSealed() async throws {
        try await with { harness, receiver, service in
            let (webhook, secret) = try await service.create(url: receiver.url, kinds: [])
            let rows = try await harness.store.pool.query(
                "SELECT to_jsonb(w)::text FROM webhooks w WHERE id = $1", .text(webhook.id))
            #expect(try rows.first?[0].string.contains(secret) == false)
            let events = try await harness.store.events(subject: webhook.id)
            #expect(events.allSatisfy { !$0.message.contains(secret) })
        }
    }
}

/// The outbox under several senders and deaths; no service runs here but what a test calls.
@Suite struct OutboxTests {
    private func with(_ body: @Sendable ([RecordStore], WebhookRecord) async throws -> Void) async throws {
        try await withTestPool(limits: .init(maximum: 10)) { pool in
            try await RecordStore.migrate(pool)
            let secrets = try SecretBox(key: Array(repeating: 7, count: 32))
            let stores = ["one", "two", "three"].map { RecordStore(pool: pool, secrets: secrets, replica: $0) }
            let webhook = try await stores[0].createWebhook(
                id: "0011", url: "http://127.0.0.1:9/", secret: "s", kinds: [], by: .local)
            try await body(stores, webhook)
        }
    }

    private func note(_ store: RecordStore, _ kind: String) async throws {
        try await store.note(.environment, "id", name: "x", kind: kind, message: "m", by: .local)
    }

    @Test func eachEventComesInOnceHoweverManyFillIt() async throws {
        try await with { stores, webhook in
            let writers = 4
            let each = 25
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<writers {
                    group.addTask {
                        for _ in 0..<each {
                            try await stores[0].pool.transaction { connection in
                                try await connection.query("SELECT pg_current_xact_id(), pg_sleep(random() * 0.005)")
                                try await connection.query(
                                    """
                                    INSERT INTO events (subject_kind, subject_id, kind, message)
                                    VALUES ('environment', 'id', 'k', 'm')
                                    """)
                            }
                        }
                    }
                }
                for store in stores {
                    group.addTask {
                        for _ in 0..<40 { _ = try await store.fillOutbox(limit: 7) }
                    }
                }
                try await group.waitForAll()
            }
            for _ in 0..<100 where try await stores[1].fillOutbox(limit: 7) {}
            let deliveries = try await #require(stores[2].deliveries(webhook.id, limit: 1_000))
            #expect(deliveries.count == writers * each)
            #expect(Set(deliveries.map(\.eventID)).count == writers * each)
        }
    }

    @Test func onlyWhatComesAfterItsCreation() async throws {
        try await with { stores, webhook in
            _ = try await stores[0].fillOutbox()
            #expect(try await stores[0].deliveries(webhook.id, limit: 10)?.isEmpty == true)
            try await note(stores[0], "now")
            _ = try await stores[0].fillOutbox()
            _ = try await stores[1].fillOutbox()
            #expect(try await stores[0].deliveries(webhook.id, limit: 10)?.map(\.kind) == ["now"])
        }
    }

    @Test func aDeathBetweenSendingAndRecordingSendsAgain() async throws {
        try await with { stores, webhook in
            try await note(stores[0], "now")
            _ = try await stores[0].fillOutbox()
            let first = try await stores[0].claimDeliveries(webhook.id, limit: 4, lease: .seconds(60))
            #expect(first.map(\.attempts) == [1] && first.first?.secret == "s")
            // While the sender may live, nobody else sends.
            #expect(try await stores[1].claimDeliveries(webhook.id, limit: 4, lease: .seconds(60)).isEmpty)
            #expect(try await stores[1].dueWebhooks().due.isEmpty)
            // It died: its lease ends.
            try await stores[0].pool.query("UPDATE deliveries SET lease_expires_at = clock_timestamp()")
            #expect(try await stores[1].dueWebhooks().due == [webhook.id])
            let again = try #require(
                try await stores[1].claimDeliveries(webhook.id, limit: 4, lease: .seconds(60)).first)
            #expect(again.attempts == 2 && again.event.id == first.first?.event.id)
            // It was only slow: what it says comes too late, and changes nothing.
            try await stores[0].record(try #require(first.first), .again(after: .seconds(5), error: "late"))
            try await stores[1].record(again, .delivered)
            let delivery = try #require(try await stores[0].deliveries(webhook.id, limit: 10)?.first)
            #expect(delivery.deliveredAt != nil && delivery.nextAttemptAt == nil && delivery.lastError == nil)
        }
    }

    @Test func severalSendersShareTheWork() async throws {
        try await with { stores, webhook in
            for number in 0..<30 { try await note(stores[0], "k\(number)") }
            _ = try await stores[0].fillOutbox()
            let ids = try await withThrowingTaskGroup(of: [Int64].self) { group in
                for store in stores {
                    group.addTask {
                        var ids: [Int64] = []
                        while true {
                            let claimed = try await store.claimDeliveries(webhook.id, limit: 3, lease: .seconds(60))
                            guard !claimed.isEmpty else { return ids }
                            for delivery in claimed {
                                ids.append(delivery.event.id)
                                try await store.record(delivery, .delivered)
                            }
                        }
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(ids.count == 30 && Set(ids).count == 30)
        }
    }
}
