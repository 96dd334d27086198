package import Environments
import Postgres

/// Where events are sent to, without its secret.
package struct WebhookRecord: Sendable, Hashable, Identifiable {
    package var id: String
    package var url: String
    /// Kinds of events; empty: all.
    package var kinds: [String]
    package var owner: String
    package var createdAt: Timestamp
    /// Events that wait to be sent.
    package var pending: Int
    /// When one arrived last.
    package var lastDeliveredAt: Timestamp?
}

/// One event on its way to one webhook.
package struct DeliveryRecord: Sendable, Hashable {
    package var eventID: Int64
    package var kind: String
    package var createdAt: Timestamp
    package var attempts: Int
    package var nextAttemptAt: Timestamp?
    package var deliveredAt: Timestamp?
    package var givenUpAt: Timestamp?
    package var lastError: String?
}

extension RecordStore {
    static func webhookPurpose(_ id: String) -> String { "webhook \(id) secret" }

    func createWebhook(
        id: String, url: String, secret: String, kinds: [String], by actor: Actor
    ) async throws(ControlError) -> WebhookRecord {
        let sealed = try secrets.seal(secret, purpose: Self.webhookPurpose(id))
        return try await storing("record a webhook") {
            let rows = try await pool.query(
                """
                WITH w AS (
                    INSERT INTO webhooks (id, url, secret, kinds, owner) VALUES ($1, $2, $3, $4::text[], $5)
                    RETURNING *
                ), noted AS (
                    INSERT INTO events (subject_kind, subject_id, kind, message, actor, source)
                    SELECT 'webhook', w.id, 'webhook-created', 'events are sent to ' || w.url, $5, $6 FROM w
                )
                SELECT \(WebhookRow.columns), 0::bigint, NULL::bigint FROM w
                """, .text(id), .text(url), .bytea(sealed), .textArray(kinds), .text(actor.name), .text(actor.source))
            guard let row = rows.first else { throw ControlError(.failed, "the record of a webhook vanished") }
            return try WebhookRow.decode(row)
        }
    }

    /// Those that are not deleted, oldest first.
    func listWebhooks() async throws(ControlError) -> [WebhookRecord] {
        try await storing("read the webhooks") {
            try await pool.query(
                PostgresQuery(
                    """
                    SELECT \(WebhookRow.columns),
                        (SELECT count(*) FROM deliveries d
                            WHERE d.webhook_id = w.id AND d.next_attempt_at IS NOT NULL),
                        (SELECT \(EnvironmentRow.time("max(d.delivered_at)")) FROM deliveries d
                            WHERE d.webhook_id = w.id)
                    FROM webhooks w WHERE w.deleted_at IS NULL ORDER BY w.created_at, w.id
                    """)
            ).map(WebhookRow.decode)
        }
    }

    /// Ends a webhook; what waits for it is not sent any more. False: there is none of that id.
    func deleteWebhook(_ id: String, by actor: Actor) async throws(ControlError) -> Bool {
        try await storing("delete a webhook") {
            // It waits for a filling of the outbox that is under way, so it has a connection of its own.
            try await pool.transaction { connection in
                let ended = try await connection.query(
                    """
                    WITH w AS (
                        UPDATE webhooks SET deleted_at = clock_timestamp() WHERE id = $1 AND deleted_at IS NULL
                        RETURNING id, url
                    ), noted AS (
                        INSERT INTO events (subject_kind, subject_id, kind, message, actor, source)
                        SELECT 'webhook', id, 'webhook-deleted', 'nothing is sent to ' || url || ' any more', $2, $3
                        FROM w
                    )
                    SELECT 1 FROM w
                    """, .text(id), .text(actor.name), .text(actor.source))
                guard !ended.isEmpty else {
                    return try await !connection.query("SELECT 1 FROM webhooks WHERE id = $1", .text(id)).isEmpty
                }
                try await connection.query(
                    "UPDATE deliveries SET next_attempt_at = NULL WHERE webhook_id = $1 AND next_attempt_at IS NOT NULL",
                    .text(id))
                return true
            }
        }
    }

    /// What was sent to a webhook and what is to be, newest first; nil when there is none of that id.
    func deliveries(_ webhook: String, limit: Int) async throws(ControlError) -> [DeliveryRecord]? {
        try await storing("read the deliveries") {
            let found = try await pool.query("SELECT 1 FROM webhooks WHERE id = $1", .text(webhook))
            guard !found.isEmpty else { return nil }
            return try await pool.query(
                """
                SELECT d.event_id, v.kind, \(EnvironmentRow.time("d.created_at")), d.attempts,
                    \(EnvironmentRow.time("d.next_attempt_at")), \(EnvironmentRow.time("d.delivered_at")),
                    \(EnvironmentRow.time("d.given_up_at")), d.last_error
                FROM deliveries d JOIN events v ON v.id = d.event_id
                WHERE d.webhook_id = $1 ORDER BY d.event_id DESC LIMIT $2
                """, .text(webhook), .int(limit)
            ).map { row in
                DeliveryRecord(
                    eventID: try row[0].int64, kind: try row[1].string,
                    createdAt: Timestamp(microseconds: try row[2].int64), attempts: try row[3].int,
                    nextAttemptAt: try EnvironmentRow.timestamp(row[4]),
                    deliveredAt: try EnvironmentRow.timestamp(row[5]),
                    givenUpAt: try EnvironmentRow.timestamp(row[6]), lastError: try row[7].orNil?.string)
            }
        }
    }
}

/// How a row of `webhooks` is read.
private enum WebhookRow {
    /// For a row named `w`; the number of pending deliveries and the time of the last one follow.
    static let columns = "w.id, w.url, w.kinds, w.owner, \(EnvironmentRow.time("w.created_at"))"

    static func decode(_ row: PostgresRow) throws -> WebhookRecord {
        WebhookRecord(
            id: try row[0].string, url: try row[1].string, kinds: try row[2].textArray.compactMap { $0 },
            owner: try row[3].string, createdAt: Timestamp(microseconds: try row[4].int64),
            pending: try row[5].int, lastDeliveredAt: try EnvironmentRow.timestamp(row[6]))
    }
}
