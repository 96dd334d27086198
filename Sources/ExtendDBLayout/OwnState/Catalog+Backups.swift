import DynamoModel
package import Postgres

/// The rows of `backups`, and of our own `backup_details` beside them.
extension Catalog {
    /// - Parameter described: the body of DescribeTable's answer.
    package func insertBackup(
        _ arn: String, name: String, of table: TableRecord, described: [UInt8], unixSeconds: Double,
        on connection: PostgresConnection
    ) async throws {
        try requireOwnState()
        let definition = table.definition
        _ = try await connection.query(
            PostgresQuery(
                """
                INSERT INTO backups (backup_arn, backup_name, table_id, table_name, account_id, backup_status,
                    key_schema, attribute_definitions, billing_mode, provisioned_throughput, stream_specification,
                    created_at)
                VALUES ($1, $2, $3, $4, $5, 'AVAILABLE', $6, $7, $8, $9, $10, to_timestamp($11))
                """,
                [
                    .text(arn), .text(name), .text(table.tableID), .text(definition.name), .text(table.accountID),
                    .utf8(CatalogJSON.keySchema(definition.keySchema)),
                    .utf8(CatalogJSON.attributeDefinitions(definition.attributeDefinitions)),
                    .text(definition.billingMode.rawValue),
                    definition.provisionedThroughput.map { .utf8(CatalogJSON.throughput($0)) } ?? .null,
                    definition.streamSpecification.map { .utf8(CatalogJSON.stream($0)) } ?? .null,
                    .double(unixSeconds),
                ]))
        _ = try await connection.query(
            PostgresQuery(
                "INSERT INTO \(OwnState.schema).backup_details (backup_arn, details) VALUES ($1, $2)",
                [.text(arn), .utf8(described)]))
    }

    /// Records what was copied.
    package func setBackupSize(
        _ arn: String, itemCount: Int, sizeBytes: Int, on connection: PostgresConnection
    ) async throws {
        _ = try await connection.query(
            PostgresQuery(
                "UPDATE backups SET item_count = $2, backup_size_bytes = $3 WHERE backup_arn = $1",
                [.text(arn), .int(itemCount), .int(sizeBytes)]))
    }

    package func backup(_ arn: String, account: String, on runner: some SQLRunner) async throws -> BackupRecord? {
        let rows = try await runner.query(
            PostgresQuery(
                backupText + " WHERE b.backup_arn = $1 AND b.account_id = $2", [.text(arn), .text(account)]))
        return try rows.first.map(backupRecord)
    }

    /// Backups by ARN, which begins with the table and the time.
    ///
    /// - Parameters:
    ///   - table: of this table only.
    ///   - after: the ARN behind which to start.
    ///   - from: unix seconds, inclusive.
    ///   - to: unix seconds, exclusive.
    package func backups(
        account: String, table: String? = nil, after: String? = nil, from: Double? = nil, to: Double? = nil,
        limit: Int, on runner: some SQLRunner
    ) async throws -> [BackupRecord] {
        let rows = try await runner.query(
            PostgresQuery(
                backupText + """
                     WHERE b.account_id = $1 AND ($2::text IS NULL OR b.table_name = $2)
                    AND ($3::text IS NULL OR b.backup_arn COLLATE "C" > $3)
                    AND ($4::float8 IS NULL OR b.created_at >= to_timestamp($4))
                    AND ($5::float8 IS NULL OR b.created_at < to_timestamp($5))
                    ORDER BY b.backup_arn COLLATE "C" LIMIT $6::bigint
                    """,
                [
                    .text(account), .optional(table), .optional(after), from.map { .double($0) } ?? .null,
                    to.map { .double($0) } ?? .null, .int(limit),
                ]))
        return try rows.map(backupRecord)
    }

    /// Deletes a backup with its items.
    ///
    /// - Returns: whether there was one.
    package func deleteBackup(_ arn: String, on connection: PostgresConnection) async throws -> Bool {
        let rows = try await connection.query(
            PostgresQuery("DELETE FROM backups WHERE backup_arn = $1 RETURNING 1", [.text(arn)]))
        if hasOwnState {
            _ = try await connection.query(
                PostgresQuery("DELETE FROM \(OwnState.schema).backup_details WHERE backup_arn = $1", [.text(arn)]))
        }
        return !rows.isEmpty
    }

    private var backupText: String {
        """
        SELECT b.backup_arn, b.backup_name, b.account_id, b.table_id, b.table_name, b.backup_status,
        b.backup_size_bytes, b.item_count, extract(epoch FROM b.created_at)::float8,
        coalesce(\(hasOwnState ? "d.details" : "NULL::jsonb"), jsonb_build_object('Table', jsonb_strip_nulls(
            jsonb_build_object('TableName', b.table_name, 'TableId', b.table_id, 'KeySchema', b.key_schema,
                'AttributeDefinitions', b.attribute_definitions, 'BillingMode', b.billing_mode,
                'ProvisionedThroughput', b.provisioned_throughput, 'StreamSpecification', b.stream_specification))))
        FROM backups b
        \(hasOwnState ? "LEFT JOIN \(OwnState.schema).backup_details d USING (backup_arn)" : "")
        """
    }

    private func backupRecord(_ row: PostgresRow) throws -> BackupRecord {
        do {
            return BackupRecord(
                arn: try row[0].string, name: try row[1].string, accountID: try row[2].string,
                tableID: try row[3].string, tableName: try row[4].string, status: try row[5].string,
                sizeBytes: try row[6].int, itemCount: try row[7].int, creationDate: try row[8].double,
                described: try JSONValue(parsing: row[9].bytes))
        } catch let error as JSONError {
            throw LayoutError(.unreadable, "the details of a backup: \(error)")
        }
    }
}
