import Environments
import Postgres

extension RecordStore {
    /// The history of one environment or snapshot, oldest first.
    func events(subject: String) async throws(ControlError) -> [EventRecord] {
        try await storing("read the history") {
            try await pool.query(
                """
                SELECT id, \(EnvironmentRow.time("at")), subject_kind, subject_id, kind, message
                FROM events WHERE subject_id = $1 ORDER BY id
                """, .text(subject)
            ).compactMap { row in
                guard let kind = EventRecord.SubjectKind(rawValue: try row[2].string) else { return nil }
                return EventRecord(
                    id: try row[0].int64, at: Timestamp(microseconds: try row[1].int64), subjectKind: kind,
                    subjectID: try row[3].string, kind: try row[4].string, message: try row[5].string)
            }
        }
    }

    /// Adds a line to a history.
    /// - Parameters:
    ///   - subject: the id of what it is about.
    ///   - name: its name at that time; empty when it has none.
    func note(
        _ subjectKind: EventRecord.SubjectKind, _ subject: String, name: String = "", kind: String, message: String,
        by actor: Actor
    ) async throws(ControlError) {
        try await storing("add to the history") {
            try await pool.query(
                """
                INSERT INTO events (subject_kind, subject_id, subject_name, kind, message, actor, source)
                VALUES ($1, $2, $3, $4, $5, $6, $7)
                """, .text(subjectKind.rawValue), .text(subject), .text(name), .text(kind), .text(message),
                .text(actor.name), .text(actor.source))
        }
    }
}
