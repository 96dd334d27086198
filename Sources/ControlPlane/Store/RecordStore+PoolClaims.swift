import Environments
import Postgres

extension RecordStore {
    /// Hands a ready member of the snapshot's pool out under the request's name, in one statement and so in one
    /// commit. Nil: no member of the newest generation is ready, or the name is taken; the caller goes on as for a
    /// clone that has to be made.
    ///
    /// Many requests at once each lock a member of their own and pass over those of others. Of several for one name the
    /// index on names lets one through.
    ///
    /// A claim takes nothing of the machine that the member had not taken; quotas are kept as for any request. Where one
    /// is set, claims are made one after another, and not past those who wait in the queue.
    func claimMember(
        _ request: EnvironmentRequest, within settings: AdmissionSettings
    ) async throws(ControlError) -> EnvironmentRecord? {
        try await storing("claim a member of the warm pool") {
            do {
                // The statement can wait for another one that holds the name, so it has a connection of its own.
                return try await pool.withConnection { connection in
                    var statements = [
                        PostgresQuery(
                            Self.claimMemberSQL,
                            [
                                .text(request.name.text), .text(request.snapshot.text), .int(request.ttl.microseconds),
                                .utf8(LabelText.encode(request.labels)), .text(request.owner),
                                .text(request.actor.name), .text(request.actor.source),
                                .int(request.idleTimeout.microseconds), .optional(settings.maximumEnvironments),
                                .optional(settings.maximumPerOwner),
                            ])
                    ]
                    if settings.maximumEnvironments != nil || settings.maximumPerOwner != nil {
                        statements.insert(PostgresQuery(Self.admissionLock), at: 0)
                    }
                    // One round trip and one transaction; the lock's statement ends before the claim's looks.
                    return try await connection.pipeline(statements).last?.first.map {
                        try EnvironmentRow.decode($0, secrets: secrets).record
                    }
                }
            } catch let error as PostgresError
                where error.sqlState == SQLState.uniqueViolation && error.constraint == "environments_live_name"
            {
                return nil
            }
        }
    }

    private static let claimMemberSQL = """
        WITH source AS (
            SELECT s.id, g.number FROM snapshots s JOIN generations g ON g.snapshot_id = s.id
            WHERE s.name = $2 AND s.deleted_at IS NULL AND g.state = 'ready' ORDER BY g.number DESC LIMIT 1
        ), member AS (
            SELECT m.id FROM environments m, source
            -- One that is due has something to be done about it: its server is gone.
            WHERE m.pooled AND m.phase = 'ready' AND m.next_attempt_at IS NULL
                AND m.snapshot_id = source.id AND m.generation = source.number
                AND NOT EXISTS (
                    SELECT 1 FROM environments WHERE name = $1 AND phase <> 'deleted' AND NOT pooled)
                AND ($9::bigint IS NULL AND $10::bigint IS NULL
                    OR NOT EXISTS (SELECT 1 FROM environments WHERE phase = 'queued'))
                AND ($9::bigint IS NULL OR $9 > (
                    SELECT count(*) FROM environments
                    WHERE NOT pooled AND phase NOT IN ('queued', 'deleting', 'deleted')))
                AND ($10::bigint IS NULL OR $10 > (
                    SELECT count(*) FROM environments
                    WHERE NOT pooled AND owner = $5 AND phase NOT IN ('queued', 'deleting', 'deleted')))
            ORDER BY m.ready_at LIMIT 1 FOR UPDATE OF m SKIP LOCKED
        ), e AS (
            UPDATE environments t
            SET pooled = false, name = $1, owner = $5, labels = $4::jsonb, ttl_us = $3::bigint, idle_us = $8::bigint,
                claimed_at = clock_timestamp(), last_request_at = clock_timestamp(),
                expires_at = clock_timestamp() + $3::bigint * interval '1 microsecond',
                total_ms = extract(epoch from clock_timestamp() - statement_timestamp()) * 1000
            FROM member WHERE t.id = member.id
            RETURNING t.*
        ), noted AS (
            INSERT INTO events (subject_kind, subject_id, subject_name, kind, message, actor, source)
            SELECT 'environment', e.id, e.name, 'claimed',
                'claimed from the warm pool of ' || e.snapshot_name || ' generation ' || e.generation, $6, $7
            FROM e
        )
        SELECT \(EnvironmentRow.columns) FROM e
        """
}
