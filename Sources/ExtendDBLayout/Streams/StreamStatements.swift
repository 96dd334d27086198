package import Postgres

/// Writing and reading of `stream_records`.
///
/// Numbers are drawn from `stream_seq` in the order of writing, and become visible in the order of committing. So that a
/// reader who pages by number misses none, a writer first holds a lock that says "my numbers are greater than this",
/// until its transaction ends, and a reader passes nothing beyond the least such number: `StreamBound`. The decision on
/// settled stream records in docs/decisions says why that is enough.
package enum StreamStatements {
    /// The digits of a sequence number.
    package static let sequenceDigits = 21

    /// Inserts records, and draws their numbers, in the given order. It belongs at the end of the transaction that
    /// changes the items, so that the numbers of two changes of one item have the order in which they were committed.
    ///
    /// A shard that was closed meanwhile takes no more records: the row locks make a writer and the closing of its
    /// shard wait for each other.
    ///
    /// - Parameter time: unix seconds; retention counts from here.
    package static func insert(_ records: [StreamRecord], tableID: String, time: Double) -> PostgresQuery {
        // Shards are locked in the order of their ids by everybody who locks several.
        let records = records.enumerated()
            .sorted { ($0.element.shardID, $0.offset) < ($1.element.shardID, $1.offset) }.map(\.element)
        return PostgresQuery(
            insertText,
            [
                .text(tableID), .double(time), .textArray(records.map(\.shardID)),
                .textArray(records.map(\.event.column)), .utf8Array(records.map(\.json)),
            ])
    }

    /// Advisory locks of writers: this in the uppermost byte, the greatest number that was drawn before in the others.
    /// Only locks in shared mode count, so a lock of another kind with such a key does no harm.
    private static let lockTag: Int64 = 0x53 << 56

    /// The greatest number that was drawn so far.
    private static let drawn = "CASE WHEN is_called THEN last_value ELSE last_value - 1 END"

    private static let insertText = """
        WITH guard AS MATERIALIZED (
            SELECT pg_advisory_xact_lock_shared(\(lockTag) | (\(drawn))) FROM stream_seq
        ), drawn AS MATERIALIZED (
            SELECT r.shard_id, lpad(nextval('stream_seq')::text, \(sequenceDigits), '0') AS sequence_number,
                r.event_name, r.record_data
            FROM guard, unnest($3::text[], $4::text[], $5::jsonb[]) AS r(shard_id, event_name, record_data)
        ), open AS MATERIALIZED (
            SELECT shard_id FROM stream_shards
            WHERE shard_id = ANY ($3::text[]) AND ending_sequence_number IS NULL
            ORDER BY shard_id FOR KEY SHARE
        )
        INSERT INTO stream_records (shard_id, sequence_number, table_id, event_name, record_data, created_at)
        SELECT shard_id, sequence_number, $1, event_name,
            jsonb_set(record_data, '{dynamodb,SequenceNumber}', to_jsonb(sequence_number)), to_timestamp($2)
        FROM drawn JOIN open USING (shard_id)
        """

    /// The statements whose results make a `StreamBound`. Each needs a snapshot of its own, and what is read within
    /// the bound needs a later one: they come first in a pipeline at READ COMMITTED.
    package static let bound: [PostgresQuery] = [
        PostgresQuery("SELECT \(drawn) FROM stream_seq"),
        PostgresQuery(
            """
            SELECT (classid::bigint << 32 | objid::bigint) & \((1 << 56) - 1) FROM pg_locks
            WHERE locktype = 'advisory' AND objsubid = 1 AND mode = 'ShareLock'
                AND classid::bigint >> 24 = \(lockTag >> 56)
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """),
    ]

    /// Records of a shard behind a position, in order: (`sequence_number`, `record_data`, unix seconds of its making,
    /// whether there is a further record).
    /// Numbers are digits of one length, which every collation orders alike: the primary key's own serves.
    ///
    /// - Parameters:
    ///   - after: the number behind which to start; empty: at the beginning.
    ///   - limit: the largest number of rows.
    ///   - bytes: rows end with the one that makes the sum of their `SizeBytes` reach this.
    ///   - since: unix seconds; earlier records are passed over.
    package static func read(
        shard: String, after: String, limit: Int, bytes: Int, since: Double
    ) -> PostgresQuery {
        PostgresQuery(
            """
            SELECT sequence_number, record_data, made, number < total FROM (
                SELECT sequence_number, record_data, extract(epoch FROM created_at)::float8 AS made,
                    row_number() OVER (ORDER BY sequence_number) AS number, count(*) OVER () AS total,
                    sum((record_data->'dynamodb'->>'SizeBytes')::bigint) OVER (ORDER BY sequence_number
                        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
                FROM (SELECT * FROM stream_records WHERE shard_id = $1 AND sequence_number > $2
                    AND created_at >= to_timestamp($5)
                    ORDER BY sequence_number LIMIT $3::bigint + 1) AS page) AS sized
            WHERE number <= $3::bigint AND coalesce(before, 0) < $4::bigint ORDER BY sequence_number
            """, [.text(shard), .text(after), .int(limit), .int(bytes), .double(since)])
    }
}

/// Up to which sequence number everything is settled: whoever drew a number up to it has committed or given up.
package struct StreamBound: Sendable, Hashable {
    package let number: Int64

    /// - Parameters:
    ///   - drawn: the greatest number drawn when the look began.
    ///   - writers: what the locks of the writers say that were at work after that: the numbers of each are greater.
    package init(drawn: Int64, writers: [Int64]) {
        number = min(drawn, writers.min() ?? drawn)
    }

    /// Reads the results of `StreamStatements.bound`.
    package init(_ results: ArraySlice<PostgresResult>) throws {
        guard results.count == 2, let drawn = results.first?.first, let writers = results.last else {
            throw LayoutError(.unreadable, "the sequence of stream records cannot be read")
        }
        self.init(drawn: try drawn[0].int64, writers: try writers.map { try $0[0].int64 })
    }

    /// As a sequence number, which compares with others as text.
    package var sequenceNumber: String { SequenceNumber.text(number) }
}
