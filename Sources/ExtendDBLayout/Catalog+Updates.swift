package import DynamoModel
package import Postgres

/// What UpdateTable changes, apart from streams. The caller holds the transaction, and the lock of the table's row.
extension Catalog {
    /// Writes what a table is: its columns and the throughput of its indexes. Keys do not change.
    package func update(_ table: TableRecord, to definition: TableDefinition, on connection: PostgresConnection)
        async throws
    {
        var columns = """
            billing_mode = $2, provisioned_throughput = $3, attribute_definitions = $4,
            deletion_protection_enabled = $5
            """
        var parameters: [PostgresValue] = [
            .text(table.tableID), .text(definition.billingMode.rawValue),
            definition.provisionedThroughput.map { .utf8(CatalogJSON.throughput($0)) } ?? .null,
            .utf8(CatalogJSON.attributeDefinitions(definition.attributeDefinitions)),
            .bool(definition.deletionProtection),
        ]
        if layout.hasTableClass {
            columns += ", table_class = $6, sse_specification = $7"
            parameters += [
                .optional(definition.tableClass?.rawValue),
                definition.sse.map { .utf8(CatalogJSON.sse($0)) } ?? .null,
            ]
        }
        _ = try await connection.query(
            PostgresQuery("UPDATE tables SET \(columns) WHERE table_id = $1", parameters))
        for index in definition.globalIndexes {
            guard let old = table.definition.index(named: index.name),
                old.provisionedThroughput != index.provisionedThroughput
            else { continue }
            _ = try await connection.query(
                PostgresQuery(
                    "UPDATE indexes SET provisioned_throughput = $3 WHERE table_id = $1 AND index_name = $2",
                    [
                        .text(table.tableID), .text(index.name),
                        index.provisionedThroughput.map { .utf8(CatalogJSON.throughputDescription($0)) } ?? .null,
                    ]))
        }
    }

    /// Registers an index that is to be filled: from the end of the transaction on, every write maintains it.
    package func insertCreatingIndex(
        _ index: IndexRecord, of table: TableRecord, on connection: PostgresConnection
    ) async throws {
        var index = index
        index.status = .creating
        try await insertIndex(index, of: table, on: connection)
    }

    /// Makes the empty relation of an index, with its keys.
    package func createRelation(
        ofIndex indexID: String, of table: TableRecord, on data: PostgresConnection
    ) async throws {
        guard let index = table.physical.indexes.first(where: { $0.indexID == indexID }) else { return }
        let relation = RelationDDL.relation(index)
        try await data.execute(script: ([relation.create] + relation.finish).joined(separator: ";\n"))
    }

    /// - Returns: whether the index was there in the status `from`.
    package func setIndexStatus(
        _ status: TableStatus, from: [TableStatus], indexID: String, table: TableRecord, on runner: some SQLRunner
    ) async throws -> Bool {
        let rows = try await runner.query(
            PostgresQuery(
                """
                UPDATE indexes SET index_status = $3
                WHERE table_id = $1 AND index_id = $2 AND index_status = ANY($4::text[]) RETURNING 1
                """,
                [.text(table.tableID), .text(indexID), .text(status.rawValue), .textArray(from.map(\.rawValue))]))
        return !rows.isEmpty
    }

    /// Removes the row of an index whose relation is gone, and the attribute definitions that only it used.
    package func removeIndex(
        _ indexID: String, of table: TableRecord, on connection: PostgresConnection
    ) async throws {
        guard try await lockTable(table.tableID, on: connection),
            let now = try await loadTable(table.definition.name, account: table.accountID, on: connection),
            let index = now.indexes.first(where: { $0.indexID == indexID })
        else { return }
        _ = try await connection.query(
            PostgresQuery(
                "DELETE FROM indexes WHERE table_id = $1 AND index_id = $2", [.text(table.tableID), .text(indexID)]))
        let definition = now.definition.removing(index: index.definition.name)
        _ = try await connection.query(
            PostgresQuery(
                "UPDATE tables SET attribute_definitions = $2 WHERE table_id = $1",
                [.text(table.tableID), .utf8(CatalogJSON.attributeDefinitions(definition.attributeDefinitions))]))
        var details = try await self.details(of: table.tableID, on: connection)
        if details.indexes.removeValue(forKey: index.definition.name) != nil {
            try await set(details, of: table.tableID, on: connection)
        }
    }
}
