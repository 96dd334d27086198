import DynamoModel
import Postgres

/// The rows of `continuous_backups`: of which tables point-in-time recovery is enabled.
extension Catalog {
    package func isRecoveryEnabled(_ table: TableRecord, on runner: some SQLRunner) async throws -> Bool {
        let rows = try await runner.query(
            PostgresQuery(
                "SELECT pitr_enabled FROM continuous_backups WHERE account_id = $1 AND table_name = $2",
                [.text(table.accountID), .text(table.definition.name)]))
        return try rows.first.map { try $0[0].bool } ?? false
    }

    /// - Parameter unixSeconds: the moment from which on a table could be restored.
    package func setRecovery(
        _ enabled: Bool, _ table: TableRecord, unixSeconds: Double, on runner: some SQLRunner
    ) async throws {
        _ = try await runner.query(
            PostgresQuery(
                """
                INSERT INTO continuous_backups (account_id, table_name, pitr_enabled, earliest_restorable)
                VALUES ($1, $2, $3, CASE WHEN $3 THEN to_timestamp($4) END)
                ON CONFLICT (account_id, table_name) DO UPDATE SET pitr_enabled = EXCLUDED.pitr_enabled,
                    earliest_restorable = CASE WHEN EXCLUDED.pitr_enabled AND continuous_backups.pitr_enabled
                        THEN continuous_backups.earliest_restorable ELSE EXCLUDED.earliest_restorable END
                """,
                [.text(table.accountID), .text(table.definition.name), .bool(enabled), .double(unixSeconds)]))
    }

    /// For a table that is deleted: one of the same name begins anew.
    package func forgetRecovery(_ table: TableRecord, on runner: some SQLRunner) async throws {
        _ = try await runner.query(
            PostgresQuery(
                "DELETE FROM continuous_backups WHERE account_id = $1 AND table_name = $2",
                [.text(table.accountID), .text(table.definition.name)]))
    }
}
