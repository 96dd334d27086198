package import DynamoModel
package import Postgres

/// What UpdateTable changes of a stream in the catalog.
extension Catalog {
    package func enableStream(
        _ viewType: StreamViewType, table: TableRecord, unixSeconds: Double, on connection: PostgresConnection,
        data: PostgresConnection? = nil
    ) async throws {
        _ = try await connection.query(
            PostgresQuery(
                """
                UPDATE tables SET stream_specification = $2, stream_label =
                    to_char(to_timestamp($3) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS') WHERE table_id = $1
                """,
                [
                    .text(table.tableID),
                    .utf8(CatalogJSON.stream(StreamSpecification(enabled: true, viewType: viewType))),
                    .double(unixSeconds),
                ]))
    }

    package func disableStream(
        table: TableRecord, unixSeconds: Double, on connection: PostgresConnection, data: PostgresConnection? = nil
    ) async throws {
        _ = try await connection.query(
            PostgresQuery(
                "UPDATE tables SET stream_specification = $2 WHERE table_id = $1",
                [.text(table.tableID), .utf8(CatalogJSON.stream(StreamSpecification(enabled: false)))]))
    }
}
