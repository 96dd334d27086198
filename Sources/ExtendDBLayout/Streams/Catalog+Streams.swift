package import DynamoModel
package import Postgres

/// Enabling and disabling of streams. Each takes connections whose transactions the caller holds: one to the catalog,
/// and one to the database of the items, which may be the same.
extension Catalog {
    /// Enables a stream: a new label, and new shards. The table must have none that is enabled.
    ///
    /// - Parameter unixSeconds: the moment that makes the label.
    package func enableStream(
        _ viewType: StreamViewType, table: TableRecord, unixSeconds: Double, on connection: PostgresConnection,
        data: PostgresConnection? = nil
    ) async throws {
        let specification = StreamSpecification(enabled: true, viewType: viewType)
        _ = try await connection.query(
            PostgresQuery(
                "UPDATE tables SET stream_specification = $2, stream_label = $3 WHERE table_id = $1",
                [
                    .text(table.tableID), .utf8(CatalogJSON.stream(specification)),
                    .text(StreamLabel.text(unixSeconds: unixSeconds)),
                ]))
        // Shards that another server left of an earlier stream would otherwise be taken for this one's.
        try await StreamShards.delete(owner: table.tableID, on: data ?? connection)
        try await StreamShards.make(tableID: table.tableID, unixSeconds: unixSeconds, on: data ?? connection)
    }

    /// Disables a table's stream. It stays readable for 24 hours, and the label stays the table's latest one.
    package func disableStream(
        table: TableRecord, unixSeconds: Double, on connection: PostgresConnection, data: PostgresConnection? = nil
    ) async throws {
        _ = try await connection.query(
            PostgresQuery(
                "UPDATE tables SET stream_specification = $2 WHERE table_id = $1",
                [.text(table.tableID), .utf8(CatalogJSON.stream(StreamSpecification(enabled: false)))]))
        try await endStream(of: table, unixSeconds: unixSeconds, on: connection, data: data)
    }

    /// Keeps what can still be read of a table's stream when the stream or the table ends.
    func endStream(
        of table: TableRecord, unixSeconds: Double, on connection: PostgresConnection, data: PostgresConnection? = nil
    ) async throws {
        guard let ended = EndedStream(of: table, endedAt: unixSeconds) else {
            return try await StreamShards.delete(owner: table.tableID, on: data ?? connection)
        }
        try await ended.insert(on: connection)
        try await StreamShards.close(tableID: table.tableID, owner: ended.shardOwner, on: data ?? connection)
    }

    /// The enabled streams of an account.
    package func streams(
        of account: String, on runner: some SQLRunner
    ) async throws -> [(arn: String, table: String, label: String)] {
        let rows = try await runner.query(
            PostgresQuery(
                """
                SELECT table_arn || '/stream/' || stream_label, table_name, stream_label FROM tables
                WHERE account_id = $1 AND stream_label IS NOT NULL
                    AND (stream_specification->>'StreamEnabled')::boolean
                """, [.text(account)]))
        return try rows.map { (try $0[0].string, try $0[1].string, try $0[2].string) }
    }
}
