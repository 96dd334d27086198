package import Postgres

extension Settlement {
    /// Reads both databases and decides.
    package static func plan(
        _ occasion: Occasion, catalog: some SQLRunner, data: some SQLRunner
    ) async throws -> Settlement {
        let rows = try await catalog.query(
            PostgresQuery(
                """
                SELECT table_id, table_name, table_status,
                    (SELECT coalesce(array_agg(index_id ORDER BY index_id), '{}') FROM indexes i
                        WHERE i.table_id = t.table_id)
                FROM tables t ORDER BY table_name COLLATE "C", account_id
                """))
        let tables = try rows.map { row in
            Table(
                id: try row[0].string, name: try row[1].string, status: try TableStatus.reading(row[2].string),
                indexIDs: try row[3].textArray.compactMap { $0 })
        }
        return try Settlement(occasion, tables: tables, relations: try await relations(in: data))
    }

    /// The names of the relations of tables and indexes: `_ddb_` and a UUID.
    static func relations(in data: some SQLRunner) async throws -> Set<String> {
        let rows = try await data.query(
            PostgresQuery(
                """
                SELECT relname::text FROM pg_class
                WHERE relkind = 'r' AND relname ~ '^_ddb_[0-9a-f-]{36}$' AND pg_table_is_visible(oid)
                """))
        return Set(try rows.map { try $0[0].string })
    }

    /// Carries out, in transactions that the caller holds; that of the catalog is to be committed first.
    package func carryOut(catalog: PostgresConnection, data: PostgresConnection) async throws {
        let removedIDs = PostgresValue.textArray(removed.map(\.id))
        _ = try await catalog.query(
            PostgresQuery(
                """
                DELETE FROM tags WHERE resource_arn IN (SELECT table_arn FROM tables WHERE table_id = ANY ($1))
                """, [removedIDs]))
        _ = try await catalog.query(PostgresQuery("DELETE FROM tables WHERE table_id = ANY ($1)", [removedIDs]))
        _ = try await catalog.query(
            PostgresQuery("DELETE FROM indexes WHERE index_id = ANY ($1)", [.textArray(removedIndexIDs)]))
        _ = try await catalog.query(
            PostgresQuery(
                "UPDATE tables SET table_status = 'ACTIVE', status_transition_at = NULL WHERE table_id = ANY ($1)",
                [.textArray(activated.map(\.id))]))
        for relation in dropped {
            try await data.execute(script: "DROP TABLE IF EXISTS \(PostgresIdentifier.quote(relation))")
        }
        _ = try await data.query(PostgresQuery("DELETE FROM stream_shards WHERE table_id = ANY ($1)", [removedIDs]))
        if dropsOtherShards { try await dropShards(catalog: catalog, data: data) }
    }

    /// Shards of tables that are no more: their names are taken when a table of the same name gets a stream.
    private func dropShards(catalog: PostgresConnection, data: PostgresConnection) async throws {
        let tables = try await catalog.query(PostgresQuery("SELECT table_id FROM tables"))
        _ = try await data.query(
            PostgresQuery(
                "DELETE FROM stream_shards WHERE table_id <> ALL ($1)",
                [.textArray(try tables.map { try $0[0].string })]))
    }

    /// Drops the indexes that ExtendDB's expiry uses, and those that a copy caught half built.
    ///
    /// While the first are there, an item whose attribute is no 64-bit integer cannot be written, which DynamoDB stores
    /// without a word; ExtendDB makes them anew when it serves the database. The second would stay invalid for ever,
    /// since a further attempt finds the name taken.
    static func dropExpiryIndexes(catalog: PostgresConnection, data: PostgresConnection) async throws {
        let rows = try await data.query(
            PostgresQuery(
                """
                SELECT c.relname::text FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
                JOIN pg_class t ON t.oid = i.indrelid
                WHERE t.relname ~ '^_ddb_[0-9a-f-]{36}$' AND pg_table_is_visible(t.oid) AND NOT i.indisprimary
                    AND (c.relname ~ '^idx_ttl_' OR NOT i.indisvalid)
                """))
        for row in rows {
            try await data.execute(script: "DROP INDEX IF EXISTS \(PostgresIdentifier.quote(try row[0].string))")
        }
        _ = try await catalog.query("UPDATE tables SET ttl_index_ready = false WHERE ttl_index_ready")
    }
}

extension TableStatus {
    /// - Throws: `LayoutError` for a status that no ExtendDB server writes.
    static func reading(_ text: String) throws(LayoutError) -> TableStatus {
        guard let status = TableStatus(rawValue: text) else {
            throw LayoutError(.unreadable, "the catalog has the unknown status '\(text)'")
        }
        return status
    }
}
