import Postgres

/// The setting of contributor insights of a table or of one of its indexes.
package struct ContributorInsights: Sendable, Hashable {
    package var tableName: String
    /// `nil`: the table's own.
    package var indexName: String?
    package var mode: String
    package var enabled: Bool
    /// Unix seconds.
    package var updatedAt: Double

    package init(tableName: String, indexName: String?, mode: String, enabled: Bool, updatedAt: Double) {
        self.tableName = tableName
        self.indexName = indexName
        self.mode = mode
        self.enabled = enabled
        self.updatedAt = updatedAt
    }
}

/// Settings of contributor insights, which ExtendDB does not know.
extension Catalog {
    /// Of one table, or of all tables of the account, by table and index.
    package func insights(
        account: String, tableID: String? = nil, on runner: some SQLRunner
    ) async throws -> [ContributorInsights] {
        guard hasOwnState else { return [] }
        let rows = try await runner.query(
            PostgresQuery(
                """
                SELECT t.table_name, c.index_name, c.mode, c.enabled, c.updated_at
                FROM \(OwnState.schema).contributor_insights c JOIN tables t USING (table_id)
                WHERE t.account_id = $1 AND ($2::text IS NULL OR t.table_id = $2)
                ORDER BY t.table_name COLLATE "C", c.index_name COLLATE "C"
                """, [.text(account), .optional(tableID)]))
        return try rows.map { row in
            let index = try row[1].string
            return ContributorInsights(
                tableName: try row[0].string, indexName: index.isEmpty ? nil : index, mode: try row[2].string,
                enabled: try row[3].bool, updatedAt: try row[4].double)
        }
    }

    package func set(
        _ insights: ContributorInsights, tableID: String, on runner: some SQLRunner
    ) async throws {
        try requireOwnState()
        _ = try await runner.query(
            PostgresQuery(
                """
                INSERT INTO \(OwnState.schema).contributor_insights (table_id, index_name, mode, enabled, updated_at)
                VALUES ($1, $2, $3, $4, $5)
                ON CONFLICT (table_id, index_name) DO UPDATE SET mode = EXCLUDED.mode, enabled = EXCLUDED.enabled,
                    updated_at = EXCLUDED.updated_at
                """,
                [
                    .text(tableID), .text(insights.indexName ?? ""), .text(insights.mode), .bool(insights.enabled),
                    .double(insights.updatedAt),
                ]))
    }
}
