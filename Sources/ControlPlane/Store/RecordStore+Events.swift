package import Environments
import Postgres

/// Which events are wanted.
package struct EventFilter: Sendable, Hashable {
    /// Of the environments or snapshots that had this name; nil: of everything.
    package var name: String?
    /// Of these kinds; empty: of any.
    package var kinds: [String]
    /// Who reads: of what is there for them.
    package var reader: Caller

    package init(name: String? = nil, kinds: [String] = [], reader: Caller = .local) {
        self.name = name
        self.kinds = kinds
        self.reader = reader
    }
}

/// A piece of the stream of events.
struct EventPage: Sendable {
    var events: [EventRecord] = []
    /// Where to go on: nothing that will ever be seen lies between the last event and it.
    var position: EventCursor
    /// Whether more was there than was asked for.
    var isFull = false
    /// Whether events are recorded already that have to wait for a transaction before them.
    var isHeld = false
}

extension RecordStore {
    /// The history of one environment or snapshot, oldest first.
    func events(subject: String) async throws(ControlError) -> [EventRecord] {
        try await storing("read the history") {
            try await pool.query(
                "SELECT \(EventRow.columns) FROM events v WHERE v.subject_id = $1 ORDER BY v.id", .text(subject)
            ).map(EventRow.decode)
        }
    }

    /// Up to which transaction the stream of events is final: every transaction below it has ended, so that no event
    /// can appear there any more.
    ///
    /// Only transactions of the records' own database count. `pg_snapshot_xmin` would count those of every database
    /// of the server, and an import or somebody else's long transaction would stop the stream for as long as it runs.
    /// It is what is left for a role that may not see the transactions of other roles.
    func eventHorizon() async throws(ControlError) -> Int64 {
        try await storing("read the state of the events") { try await Self.horizon { try await pool.query($0) } }
    }

    /// ``eventHorizon()`` on a connection of the caller's.
    static func horizon(_ query: (PostgresQuery) async throws -> PostgresResult) async throws -> Int64 {
        try await query(PostgresQuery(horizonSQL)).first?[0].int64 ?? 0
    }

    // In this order: the snapshot is taken before the statement looks at the running transactions, and the caller's
    // next statement takes its own snapshot after that. What the first one saw begun is then either still running here
    // or visible there. `backend_xid` has 32 bits; it lies within half their range of the snapshot's.
    private static let horizonSQL = """
        WITH bounds AS (
            SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS lower,
                pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS upper
        )
        SELECT CASE WHEN pg_has_role('pg_read_all_stats', 'MEMBER') THEN least(upper, (
                SELECT min(upper - (((upper - backend_xid::text::bigint + 2147483648) & 4294967295) - 2147483648))
                FROM pg_stat_activity
                WHERE datname = current_database() AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()))
            ELSE lower END
        FROM bounds
        """

    /// The events that follow a place of the stream, in the order of the stream.
    func events(
        after cursor: EventCursor, _ filter: EventFilter, limit: Int
    ) async throws(ControlError) -> EventPage {
        let horizon = try await eventHorizon()
        return try await storing("read the events") {
            let results = try await pool.pipeline([
                PostgresQuery(
                    """
                    SELECT \(EventRow.columns) FROM events v
                    WHERE (v.xid, v.id) > ($4::xid8, $5::bigint) AND v.xid < $3::xid8 AND \(Self.filterSQL(filter, from: 7))
                    ORDER BY v.xid, v.id LIMIT $6
                    """,
                    Self.values(filter) + [.int(horizon), .int(cursor.transaction), .int(cursor.id), .int(limit)]
                        + Self.readerValues(filter)),
                PostgresQuery("SELECT EXISTS (SELECT 1 FROM events WHERE xid >= $1::xid8)", [.int(horizon)]),
            ])
            var page = EventPage(position: max(cursor, EventCursor(transaction: horizon, id: 0)))
            page.events = try results[0].map(EventRow.decode)
            page.isHeld = try results[1].first?[0].bool ?? false
            if page.events.count == limit, let last = page.events.last {
                page.position = last.cursor
                page.isFull = true
            }
            return page
        }
    }

    /// The newest events, the oldest of them first.
    func newestEvents(_ filter: EventFilter, limit: Int) async throws(ControlError) -> EventPage {
        let horizon = try await eventHorizon()
        return try await storing("read the events") {
            let rows = try await pool.query(
                PostgresQuery(
                    """
                    SELECT \(EventRow.columns) FROM events v
                    WHERE v.xid < $3::xid8 AND \(Self.filterSQL(filter, from: 5))
                    ORDER BY v.xid DESC, v.id DESC LIMIT $4
                    """, Self.values(filter) + [.int(horizon), .int(limit)] + Self.readerValues(filter)))
            return EventPage(
                events: try rows.map(EventRow.decode).reversed(), position: EventCursor(transaction: horizon, id: 0))
        }
    }

    /// With the parameters 1 and 2, and for whoever does not see everything three more.
    private static func filterSQL(_ filter: EventFilter, from first: Int) -> String {
        let wanted = """
            ($1::text IS NULL OR v.subject_name = $1) AND (cardinality($2::text[]) = 0 OR v.kind = ANY($2::text[]))
            """
        guard filter.reader.scope < .admin else { return wanted }
        let (snapshots, labels, owner) = ("$\(first)::text[]", "$\(first + 1)::jsonb", "$\(first + 2)::text")
        // As Caller.sees has it.
        return wanted + """
             AND (v.subject_kind = 'environment' AND EXISTS (
                    SELECT 1 FROM environments e
                    WHERE e.id = v.subject_id AND (\(snapshots) IS NULL OR e.snapshot_name = ANY(\(snapshots)))
                        AND (\(labels) = '{}' OR e.owner = \(owner) OR e.labels @> \(labels)))
                OR v.subject_kind = 'snapshot' AND (\(snapshots) IS NULL OR v.subject_name = ANY(\(snapshots))))
            """
    }

    private static func values(_ filter: EventFilter) -> [PostgresValue] {
        [.optional(filter.name), .textArray(filter.kinds)]
    }

    private static func readerValues(_ filter: EventFilter) -> [PostgresValue] {
        let reader = filter.reader
        guard reader.scope < .admin else { return [] }
        return [
            reader.snapshots.map { PostgresValue.textArray($0.sorted()) } ?? .null,
            .utf8(LabelText.encode(reader.labels)),
            .text(reader.owner),
        ]
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
