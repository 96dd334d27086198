import Environments
import Postgres

/// How a row of `events` is read.
enum EventRow {
    /// The columns in the order of `decode`, for a row named `v`.
    static let columns = """
        v.id, v.xid::text, \(EnvironmentRow.time("v.at")), v.subject_kind, v.subject_id, v.subject_name, v.kind,
        v.message, v.actor, v.source
        """

    static func decode(_ row: PostgresRow) throws -> EventRecord {
        let kindText = try row[3].string
        guard let kind = EventRecord.SubjectKind(rawValue: kindText) else {
            throw ControlError(
                .misconfigured, subject: kindText, "the history holds the unknown subject '\(kindText)'",
                hint: "start the newer envctl that wrote it")
        }
        return EventRecord(
            id: try row[0].int64, transaction: try row[1].int64, at: Timestamp(microseconds: try row[2].int64),
            subjectKind: kind, subjectID: try row[4].string, subjectName: try row[5].string, kind: try row[6].string,
            message: try row[7].string, actor: try row[8].string, source: try row[9].string)
    }
}
