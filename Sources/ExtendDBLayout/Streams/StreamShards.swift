import Cryptography
package import Postgres

/// A shard as `stream_shards` has it.
package struct StreamShard: Sendable, Hashable {
    package let shardID: String
    package let parentShardID: String?
    package let startingSequenceNumber: String
    /// `nil`: the shard is open.
    package let endingSequenceNumber: String?

    package init(
        shardID: String, parentShardID: String? = nil, startingSequenceNumber: String,
        endingSequenceNumber: String? = nil
    ) {
        self.shardID = shardID
        self.parentShardID = parentShardID
        self.startingSequenceNumber = startingSequenceNumber
        self.endingSequenceNumber = endingSequenceNumber
    }
}

/// The rows of `stream_shards`.
package enum StreamShards {
    /// Shards of a stream, as ExtendDB makes them.
    static let count = 4

    /// The number that new shards begin with, as ExtendDB writes it.
    static let start = String(repeating: "0", count: StreamStatements.sequenceDigits)

    /// Ids in the service's form: the milliseconds of their birth in 20 digits, and something random.
    ///
    /// ExtendDB derives ids from the table's name, so that a table cannot have two streams in a row, nor two accounts a
    /// table of one name; its server never takes an id apart. Consecutive numbers give one order in every collation.
    static func newIDs(unixSeconds: Double) -> [String] {
        let milliseconds = Int64(unixSeconds * 1000)
        return (0..<count).map { number in
            "shardId-\(StreamLabel.pad(milliseconds + Int64(number), 20))-\(Hex.encode(SecureRandom.bytes(4)))"
        }
    }

    /// Gives a table four open shards.
    static func make(tableID: String, unixSeconds: Double, on runner: some SQLRunner) async throws {
        _ = try await runner.query(
            PostgresQuery(
                """
                INSERT INTO stream_shards (shard_id, table_id, starting_sequence_number)
                SELECT id, $1, $3 FROM unnest($2::text[]) AS id
                """, [.text(tableID), .textArray(newIDs(unixSeconds: unixSeconds)), .text(start)]))
    }

    /// The ids of a table's open shards, in the order that decides which one a key belongs to.
    package static func open(of tableID: String, on runner: some SQLRunner) async throws -> [String] {
        let rows = try await runner.query(
            PostgresQuery(
                """
                SELECT shard_id FROM stream_shards WHERE table_id = $1 AND ending_sequence_number IS NULL
                ORDER BY shard_id
                """, [.text(tableID)]))
        return try rows.map { try $0[0].string }
    }

    /// All shards under a table's id, or under what `EndedStream.shardOwner` says, by id.
    package static func all(of owner: String, on runner: some SQLRunner) async throws -> [StreamShard] {
        let rows = try await runner.query(
            PostgresQuery(
                """
                SELECT shard_id, parent_shard_id, starting_sequence_number, ending_sequence_number
                FROM stream_shards WHERE table_id = $1 ORDER BY shard_id COLLATE "C"
                """, [.text(owner)]))
        return try rows.map { row in
            StreamShard(
                shardID: try row[0].string, parentShardID: try row[1].orNil?.string,
                startingSequenceNumber: try row[2].string, endingSequenceNumber: try row[3].orNil?.string)
        }
    }

    /// A shard of an owner: (`starting_sequence_number`, `ending_sequence_number`).
    package static func find(_ shardID: String, owner: String) -> PostgresQuery {
        PostgresQuery(
            """
            SELECT starting_sequence_number, ending_sequence_number FROM stream_shards
            WHERE shard_id = $1 AND table_id = $2
            """, [.text(shardID), .text(owner)])
    }

    /// Closes a table's shards and files them under another owner.
    ///
    /// The lock waits for the writers that are at work, and holds later ones off until the end of the transaction, when
    /// they find the shards closed: `StreamStatements.insert`. So no record comes after the ending number.
    static func close(tableID: String, owner: String, on connection: PostgresConnection) async throws {
        _ = try await connection.query(
            PostgresQuery(
                "SELECT shard_id FROM stream_shards WHERE table_id = $1 ORDER BY shard_id FOR UPDATE",
                [.text(tableID)]))
        _ = try await connection.query(
            PostgresQuery(
                """
                UPDATE stream_shards SET table_id = $2, ending_sequence_number = coalesce(ending_sequence_number,
                    (SELECT lpad(last_value::text, \(StreamStatements.sequenceDigits), '0') FROM stream_seq))
                WHERE table_id = $1
                """, [.text(tableID), .text(owner)]))
    }

    static func delete(owner: String, on runner: some SQLRunner) async throws {
        _ = try await runner.query(
            PostgresQuery("DELETE FROM stream_shards WHERE table_id = $1", [.text(owner)]))
    }
}
