package import DynamoModel
package import Postgres

/// The rows of `tags`.
extension Catalog {
    /// Tags of a resource in byte order of their keys.
    ///
    /// - Parameters:
    ///   - after: the key behind which to start.
    ///   - limit: the largest number of tags.
    package func tags(
        of resource: String, after: String? = nil, limit: Int, on runner: some SQLRunner
    ) async throws -> [Tag] {
        let rows = try await runner.query(
            PostgresQuery(
                """
                SELECT tag_key, tag_value FROM tags
                WHERE resource_arn = $1 AND ($2::text IS NULL OR tag_key COLLATE "C" > $2)
                ORDER BY tag_key COLLATE "C" LIMIT $3::bigint
                """,
                [.text(resource), .optional(after), .int(limit)]))
        return try rows.map { Tag(key: try $0[0].string, value: try $0[1].string) }
    }

    /// Sets tags, replacing the values of those that exist.
    ///
    /// - Returns: how many tags the resource has then.
    package func setTags(_ tags: [Tag], of resource: String, on connection: PostgresConnection) async throws -> Int {
        let keys = PostgresValue.textArray(tags.map(\.key))
        let values = PostgresValue.textArray(tags.map(\.value))
        _ = try await connection.query(
            PostgresQuery(
                """
                INSERT INTO tags (resource_arn, tag_key, tag_value) SELECT $1, * FROM unnest($2::text[], $3::text[])
                ON CONFLICT (resource_arn, tag_key) DO UPDATE SET tag_value = EXCLUDED.tag_value
                """,
                [.text(resource), keys, values]))
        let count = try await connection.query(
            PostgresQuery("SELECT count(*) FROM tags WHERE resource_arn = $1", [.text(resource)]))
        return try count.first.map { try $0[0].int } ?? 0
    }

    /// Takes tags away; a key that is not there is no error.
    package func removeTags(_ keys: [String], of resource: String, on runner: some SQLRunner) async throws {
        _ = try await runner.query(
            PostgresQuery(
                "DELETE FROM tags WHERE resource_arn = $1 AND tag_key = ANY($2::text[])",
                [.text(resource), .textArray(keys)]))
    }

    /// Locks a table's row until the transaction ends, so that what is decided on it stays true.
    ///
    /// - Returns: whether the table exists.
    package func lockTable(_ tableID: String, on connection: PostgresConnection) async throws -> Bool {
        let rows = try await connection.query(
            PostgresQuery("SELECT 1 FROM tables WHERE table_id = $1 FOR UPDATE", [.text(tableID)]))
        return !rows.isEmpty
    }
}
