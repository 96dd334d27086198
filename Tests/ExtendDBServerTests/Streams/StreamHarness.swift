import DynamoModel
import Postgres
import Testing

/// The tests of streams, one after another for the reason that `ItemTests` gives.
@Suite(.serialized) enum StreamTests {}

extension WireHarness {
    /// A table `items` with key `pk:S,sk:N` and a stream.
    func makeStreamTable(_ name: String = "items", view: String = "NEW_AND_OLD_IMAGES", more: String = "") async throws
    {
        try await makeTable(
            name, key: "pk:S,sk:N",
            indexes: #","StreamSpecification":{"StreamEnabled":true,"StreamViewType":"\#(view)"}"# + more)
    }

    /// The rows of a statement as text, NULL as "∅".
    func rows(_ sql: String) async throws -> [[String]] {
        try await withPostgresPool(database) { pool in
            try await pool.query(PostgresQuery(sql)).map { row in
                try row.map { try $0.orNil?.string ?? "∅" }
            }
        }
    }

    /// The stored records, by their numbers.
    func storedRecords() async throws -> [JSONValue] {
        try await rows("SELECT record_data FROM stream_records ORDER BY sequence_number").map {
            try JSONValue(parsing: Array($0[0].utf8))
        }
    }
}
