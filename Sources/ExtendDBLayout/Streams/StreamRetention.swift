package import Postgres

/// Removing what can no longer be read of streams.
package enum StreamRetention {
    /// Seconds for which records are kept after they can no longer be read. An iterator lives 15 minutes; as long as one
    /// can point before a record, the record must be there to tell that it is too old.
    package static let grace = 3_600.0

    /// The age, in seconds, at which records and ended streams go.
    package static let age = EndedStream.retention + grace

    /// Records that go at a time.
    package static let batch = 5_000

    /// Unix seconds of the oldest record; NULL if there is none.
    package static let oldest = PostgresQuery("SELECT extract(epoch FROM min(created_at))::float8 FROM stream_records")

    /// Deletes the oldest records, `batch` at most, and has their shards start behind them. Rows: (how many went).
    package static func trim(before time: Double) -> PostgresQuery {
        PostgresQuery(
            """
            WITH old AS (
                SELECT shard_id, sequence_number FROM stream_records WHERE created_at < to_timestamp($1)
                ORDER BY created_at LIMIT \(batch)
            ), gone AS (
                DELETE FROM stream_records r USING old
                WHERE r.shard_id = old.shard_id AND r.sequence_number = old.sequence_number
                RETURNING r.shard_id, r.sequence_number
            ), started AS (
                UPDATE stream_shards s SET starting_sequence_number = last.next
                FROM (SELECT shard_id, lpad((max(sequence_number)::bigint + 1)::text,
                        \(StreamStatements.sequenceDigits), '0') AS next FROM gone GROUP BY shard_id) AS last
                WHERE s.shard_id = last.shard_id AND s.starting_sequence_number < last.next
            )
            SELECT count(*) FROM gone
            """, [.double(time)])
    }
}
