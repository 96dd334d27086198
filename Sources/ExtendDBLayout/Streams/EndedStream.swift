package import DynamoModel
import Postgres

/// A stream that was disabled, or whose table was deleted. It can be read for another 24 hours.
///
/// ExtendDB's catalog knows one stream of a table, the latest, and none of a table that is gone. What is to be told of
/// others stands in a row of `settings`, as text, under `envctl_stream:` and the ARN: ExtendDB's servers pass over
/// settings that they do not know, and over shards of tables that they do not know.
package struct EndedStream: Sendable, Hashable {
    package let arn: String
    package let tableName: String
    package let label: String
    package let viewType: StreamViewType
    package let keySchema: KeySchema
    /// Unix seconds.
    package let endedAt: Double
    /// What `stream_shards.table_id` holds for its shards.
    package let shardOwner: String

    /// How long a stream can be read after its end, and records after they were written, in seconds ("the data in the
    /// stream is available for 24 hours", "Change data capture for DynamoDB Streams").
    package static let retention = 86_400.0

    private static let keyPrefix = "envctl_stream:"
    private var key: String { Self.keyPrefix + arn }

    /// The present stream of a table; `nil` if it has none.
    init?(of table: TableRecord, endedAt: Double) {
        guard let label = table.streamLabel, let specification = table.definition.streamSpecification,
            specification.enabled, let viewType = specification.viewType
        else { return nil }
        arn = table.streamARN(label)
        tableName = table.definition.name
        self.label = label
        self.viewType = viewType
        keySchema = table.definition.keySchema
        self.endedAt = endedAt
        shardOwner = "\(table.tableID)/\(label)"
    }

    private init?(json: JSONValue) {
        guard let arn = json["arn"]?.stringValue, let table = json["table"]?.stringValue,
            let label = json["label"]?.stringValue, let owner = json["shards"]?.stringValue,
            let view = json["view"]?.stringValue.flatMap(StreamViewType.init(rawValue:)),
            let ended = json["ended"]?.doubleValue, let keys = json["keys"]
        else { return nil }
        self.arn = arn
        tableName = table
        self.label = label
        viewType = view
        do {
            keySchema = try KeySchema(json: keys)
        } catch {
            return nil
        }
        endedAt = ended
        shardOwner = owner
    }

    private var json: [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        for (name, value) in [
            ("arn", arn), ("table", tableName), ("label", label), ("shards", shardOwner), ("view", viewType.rawValue),
        ] {
            json.name(name)
            json.string(value)
        }
        json.name("ended")
        json.number(text: "\(endedAt)")
        json.name("keys")
        keySchema.write(to: &json)
        json.endObject()
        return json.bytes
    }

    func insert(on runner: some SQLRunner) async throws {
        _ = try await runner.query(
            PostgresQuery(
                """
                INSERT INTO settings (key, value) VALUES ($1, $2)
                ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value
                """, [.text(key), .utf8(json)]))
    }

    /// Every stream that ended, those included whose time is over.
    package static func all(on runner: some SQLRunner) async throws -> [EndedStream] {
        let rows = try await runner.query(
            PostgresQuery(
                "SELECT key, value FROM settings WHERE starts_with(key, $1) ORDER BY key COLLATE \"C\"",
                [.text(keyPrefix)]))
        return try rows.map { row in
            guard let stream = EndedStream(json: try JSONValue(parsing: row[1].bytes)) else {
                throw LayoutError(.unreadable, "the setting '\(try row[0].string)' describes no stream")
            }
            return stream
        }
    }

    /// Forgets a stream whose time is over, with its shards and their records.
    ///
    /// - Parameter data: a connection to the database of the items, if that is another one.
    package func forget(on runner: some SQLRunner, data: some SQLRunner) async throws {
        try await StreamShards.delete(owner: shardOwner, on: data)
        _ = try await runner.query(PostgresQuery("DELETE FROM settings WHERE key = $1", [.text(key)]))
    }
}
