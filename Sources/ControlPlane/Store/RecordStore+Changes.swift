import Environments
import Postgres

/// Who asked for a change, and from where; part of the history.
package struct Actor: Sendable, Hashable {
    /// A token's owner, `local` for the token of this machine, or a part of the control plane such as `reaper`.
    package var name: String
    /// The client's address; empty when the control plane itself acts.
    package var source: String

    package init(name: String, source: String = "") {
        self.name = name
        self.source = source
    }

    /// A caller in this process or, through the API, the holder of this machine's token.
    package static let local = Actor(name: "local")
    /// The part that acts on deadlines.
    package static let reaper = Actor(name: "reaper")
    /// The part that sends events to webhooks.
    package static let webhooks = Actor(name: "webhooks")
    /// The part that compares what exists with what is recorded.
    package static let reconciler = Actor(name: "reconciler")
}

/// What of a live environment a change is about.
enum ChangeTarget: Sendable {
    case name(EnvironmentName)
    case id(EnvironmentID)
}

extension RecordStore {
    /// Changes the record of a live environment as `decide` says, in one transaction: the row is locked, so that what
    /// is decided on is what is changed. The worker that holds the claim notices a changed phase at its next step.
    ///
    /// Written are the fields that requests change: phase, reason, attempts, next attempt, lifetime, protection, warning,
    /// generation, incarnation and whether its copy is whole. Nil when there is no live environment of that name or id.
    func change(
        _ target: ChangeTarget, by actor: Actor,
        _ decide: @Sendable (_ record: EnvironmentRecord, _ now: Timestamp) throws(ControlError) -> Transition
    ) async throws(ControlError) -> EnvironmentRecord? {
        try await storing("change an environment") {
            try await pool.transaction { connection in
                let found: PostgresResult
                switch target {
                case .name(let name):
                    found = try await connection.query(
                        Self.lockSQL + " WHERE e.name = $1 AND e.phase <> 'deleted' AND NOT e.pooled FOR UPDATE",
                        .text(name.text))
                case .id(let id):
                    found = try await connection.query(
                        Self.lockSQL + " WHERE e.id = $1 AND e.phase <> 'deleted' FOR UPDATE", .text(id.text))
                }
                guard let row = found.first else { return nil }
                let current = try EnvironmentRow.decode(row, secrets: secrets)
                let transition = try decide(current.record, current.now)
                guard transition.record != current.record || !transition.events.isEmpty else { return current.record }
                let written = try await connection.query(changeQuery(transition, from: current.record, actor))
                return try written.first.map { try EnvironmentRow.decode($0, secrets: secrets).record }
            }
        }
    }

    static let lockSQL = "SELECT \(EnvironmentRow.columns) FROM environments e"

    func changeQuery(_ transition: Transition, from previous: EnvironmentRecord, _ actor: Actor) -> PostgresQuery {
        PostgresQuery(Self.changeSQL, changeValues(transition, from: previous, actor))
    }

    private func changeValues(
        _ transition: Transition, from previous: EnvironmentRecord, _ actor: Actor
    ) -> [PostgresValue] {
        let record = transition.record
        let entering = record.phase != previous.phase
        return [
            .text(record.id.text), .text(record.phase.rawValue), .optional(record.reason), .int(record.attempts),
            .optional(record.nextAttemptAt?.microseconds), .int(record.generation), .int(record.incarnation),
            .int(record.expiresAt.microseconds), .int(record.ttl.microseconds), .int(record.idleTimeout.microseconds),
            .optional(record.lastRequestAt?.microseconds), .optional(record.hibernatedAt?.microseconds),
            .optional(record.graceEndsAt?.microseconds), .optional(record.protection?.owner),
            .optional(record.protection?.reason), .optional(record.protection?.until?.microseconds),
            .bool(entering), .optional(entering ? EnvironmentMachine.intent(of: record.phase) : nil),
            .utf8(intentTarget(record)), .textArray(transition.events.map(\.kind)),
            .textArray(transition.events.map(\.message)), .text(actor.name), .text(actor.source),
            .optional(record.readySince?.microseconds), .optional(record.warnedFor?.microseconds),
        ]
    }

    private static let changeSQL = """
        WITH e AS (
            UPDATE environments SET
                phase = $2, reason = $3, attempts = $4, next_attempt_at = \(instant("$5")), generation = $6,
                incarnation = $7, expires_at = \(instant("$8")), ttl_us = $9, idle_us = $10,
                last_request_at = \(instant("$11")), hibernated_at = \(instant("$12")),
                grace_ends_at = \(instant("$13")), protected_by = $14, protected_reason = $15,
                protected_until = \(instant("$16")), ready_since = \(instant("$24")), warned_for = \(instant("$25"))
            WHERE id = $1 RETURNING *
        ), finished AS (
            UPDATE intents SET finished_at = clock_timestamp()
            WHERE $17 AND subject_id = $1 AND finished_at IS NULL
        ), intended AS (
            INSERT INTO intents (subject_kind, subject_id, effect, target)
            SELECT 'environment', e.id, $18, $19::jsonb FROM e WHERE $18::text IS NOT NULL
        ), noted AS (
            INSERT INTO events (subject_kind, subject_id, subject_name, kind, message, actor, source)
            SELECT 'environment', e.id, e.name, event.kind, event.message, $22, $23
            FROM e, unnest($20::text[], $21::text[]) WITH ORDINALITY AS event (kind, message, position)
            ORDER BY event.position
        )
        SELECT \(EnvironmentRow.columns) FROM e
        """
}
