import Environments
import Postgres

/// An event that this replica is to send to a webhook now.
struct ClaimedDelivery: Sendable {
    var webhook: String
    var url: String
    var secret: String
    var event: EventRecord
    /// This one included.
    var attempts: Int
    /// Since it was due first.
    var age: Duration
    /// The database's clock.
    var now: Timestamp
}

extension RecordStore {
    /// Whether events are sent anywhere.
    func hasWebhooks() async throws(ControlError) -> Bool {
        try await storing("look for webhooks") {
            let rows = try await pool.query("SELECT EXISTS (SELECT 1 FROM webhooks WHERE deleted_at IS NULL)")
            return try rows.first?[0].bool == true
        }
    }

    /// Puts the events since the last time into the outbox of every webhook that wants them, and moves the webhooks'
    /// cursors on, in one transaction: each event comes into each outbox once, however many replicas do it. Webhooks
    /// that another replica is busy with are left to it. Events about webhooks are not sent: a receiver that is down
    /// would cause them without end.
    /// - Returns: whether there may be more: a webhook had more events than are taken at once, or some are held back.
    func fillOutbox(limit: Int = 1_000) async throws(ControlError) -> Bool {
        try await storing("fill the outbox") {
            try await pool.transaction { connection in
                let webhooks = try await connection.query(
                    """
                    SELECT id, kinds, cursor_xid::text, cursor_id FROM webhooks
                    WHERE deleted_at IS NULL ORDER BY id FOR UPDATE SKIP LOCKED
                    """)
                let horizon = try await Self.horizon { try await connection.query($0) }
                var hasMore = false
                for row in webhooks {
                    let filled = try await connection.query(
                        PostgresQuery(
                            Self.fillSQL,
                            [
                                .text(try row[0].string), .textArray(try row[1].textArray),
                                .text(try row[2].string), .int(try row[3].int64), .int(horizon), .int(limit),
                            ]))
                    hasMore = try hasMore || (filled.first?[0].int ?? 0) == limit
                }
                let held = try await connection.query(
                    "SELECT EXISTS (SELECT 1 FROM events WHERE xid >= $1::xid8)", .int(horizon))
                return try hasMore || held.first?[0].bool == true
            }
        }
    }

    /// What the warm pool does with members that nobody has claimed is no user's news. The cursor moves to the last event that was taken, or, when all were, to the horizon.
    private static let fillSQL = """
        WITH taken AS (
            SELECT v.id, v.xid FROM events v
            WHERE (v.xid, v.id) > ($3::xid8, $4::bigint) AND v.xid < $5::xid8 AND v.subject_kind <> 'webhook'
                AND NOT (v.subject_kind = 'environment' AND v.subject_name = 'pool-' || v.subject_id)
                AND (cardinality($2::text[]) = 0 OR v.kind = ANY($2::text[]))
            ORDER BY v.xid, v.id LIMIT $6
        ), put AS (
            INSERT INTO deliveries (webhook_id, event_id, next_attempt_at) SELECT $1, id, clock_timestamp() FROM taken
        ), last AS (
            SELECT xid, id FROM taken ORDER BY xid DESC, id DESC LIMIT 1
        ), moved AS (
            UPDATE webhooks SET
                cursor_xid = CASE WHEN (SELECT count(*) FROM taken) = $6 THEN (SELECT xid FROM last)
                    ELSE greatest(cursor_xid, $5::xid8) END,
                cursor_id = CASE WHEN (SELECT count(*) FROM taken) = $6 THEN (SELECT id FROM last)
                    WHEN cursor_xid < $5::xid8 THEN 0 ELSE cursor_id END
            WHERE id = $1
        )
        SELECT count(*) FROM taken
        """

    /// Webhooks that have something to be sent now.
    func dueWebhooks() async throws(ControlError) -> (due: [String], next: Duration?) {
        try await storing("look for deliveries") {
            let results = try await pool.pipeline([
                PostgresQuery(
                    """
                    SELECT DISTINCT webhook_id FROM deliveries
                    WHERE next_attempt_at <= clock_timestamp()
                        AND (lease_expires_at IS NULL OR lease_expires_at <= clock_timestamp())
                    """),
                PostgresQuery(
                    """
                    SELECT (extract(epoch from min(greatest(next_attempt_at, lease_expires_at)) - clock_timestamp())
                        * 1000000)::bigint
                    FROM deliveries WHERE next_attempt_at IS NOT NULL
                    """),
            ])
            return (
                try results[0].map { try $0[0].string },
                try results[1].first?[0].orNil.map { .microseconds(try $0.int64) }
            )
        }
    }

    /// Takes up to `limit` deliveries of a webhook that are due, the oldest first. Until `lease` is over nobody else
    /// does; if this process dies meanwhile they are sent again.
    func claimDeliveries(
        _ webhook: String, limit: Int, lease: Duration
    ) async throws(ControlError) -> [ClaimedDelivery] {
        try await storing("claim deliveries") {
            try await pool.query(
                """
                WITH due AS (
                    SELECT d.webhook_id, d.event_id FROM deliveries d
                    WHERE d.webhook_id = $1 AND d.next_attempt_at <= clock_timestamp()
                        AND (d.lease_expires_at IS NULL OR d.lease_expires_at <= clock_timestamp())
                    ORDER BY d.next_attempt_at, d.event_id LIMIT $2 FOR UPDATE SKIP LOCKED
                ), d AS (
                    UPDATE deliveries t SET attempts = attempts + 1, lease_owner = $3,
                        lease_expires_at = clock_timestamp() + $4::bigint * interval '1 microsecond'
                    FROM due WHERE t.webhook_id = due.webhook_id AND t.event_id = due.event_id RETURNING t.*
                )
                SELECT \(EventRow.columns), w.url, w.secret, d.attempts,
                    (extract(epoch from clock_timestamp() - d.created_at) * 1000000)::bigint,
                    \(EnvironmentRow.time("clock_timestamp()"))
                FROM d JOIN webhooks w ON w.id = d.webhook_id JOIN events v ON v.id = d.event_id
                ORDER BY v.xid, v.id
                """, .text(webhook), .int(limit), .text(replica), .int(lease.microseconds)
            ).map { row in
                ClaimedDelivery(
                    webhook: webhook, url: try row[10].string,
                    secret: try secrets.open(try row[11].bytea, purpose: Self.webhookPurpose(webhook)),
                    event: try EventRow.decode(row), attempts: try row[12].int,
                    age: .microseconds(try row[13].int64), now: Timestamp(microseconds: try row[14].int64))
            }
        }
    }

    /// Frees what earlier processes of this replica were sending. To be called before this process sends anything.
    func releaseOwnDeliveries() async throws(ControlError) {
        try await storing("release the deliveries of the process before") {
            try await pool.query(
                "UPDATE deliveries SET lease_owner = NULL, lease_expires_at = NULL WHERE lease_owner = $1",
                .text(replica))
        }
    }

    /// What came of sending: whether it arrived, when it is tried again, or that it never will be.
    func record(_ delivery: ClaimedDelivery, _ outcome: DeliveryOutcome) async throws(ControlError) {
        let (delivered, wait, givenUp, error): (Bool, Duration?, Bool, String?) =
            switch outcome {
            case .delivered: (true, nil, false, nil)
            case .again(let wait, let error): (false, wait, false, error)
            case .givenUp(let error): (false, nil, true, error)
            }
        try await storing("record a delivery") {
            try await pool.query(
                """
                WITH d AS (
                    UPDATE deliveries SET
                        delivered_at = CASE WHEN $3 THEN clock_timestamp() END,
                        next_attempt_at = CASE WHEN next_attempt_at IS NULL THEN NULL
                            ELSE clock_timestamp() + $4::bigint * interval '1 microsecond' END,
                        given_up_at = CASE WHEN $5 THEN clock_timestamp() END,
                        last_error = $6, lease_owner = NULL, lease_expires_at = NULL
                    WHERE webhook_id = $1 AND event_id = $2 AND lease_owner = $7 AND delivered_at IS NULL
                    RETURNING webhook_id, event_id, attempts
                )
                INSERT INTO events (subject_kind, subject_id, kind, message, actor)
                SELECT 'webhook', webhook_id, 'delivery-given-up',
                    'event ' || event_id || ' did not arrive in ' || attempts || ' attempts: ' || $6, $8
                FROM d WHERE $5
                """, .text(delivery.webhook), .int(delivery.event.id), .bool(delivered),
                .optional(wait?.microseconds), .bool(givenUp), .optional(error), .text(replica),
                .text(Actor.webhooks.name))
        }
    }

    /// Forgets deliveries that arrived long ago; the events stay.
    func forgetDeliveries(olderThan age: Duration) async throws(ControlError) {
        try await storing("forget old deliveries") {
            try await pool.query(
                """
                DELETE FROM deliveries WHERE delivered_at < clock_timestamp() - $1::bigint * interval '1 microsecond'
                """, .int(age.microseconds))
        }
    }
}

/// What came of sending an event.
enum DeliveryOutcome: Sendable, Hashable {
    case delivered
    case again(after: Duration, error: String)
    case givenUp(error: String)
}
