import DynamoModel
package import Postgres

/// Which relations to make with a new table.
package enum RelationCreation: Sendable {
    /// All, with primary keys and indexes.
    case complete
    /// Bare ones to load into; `RelationDDL.finish` adds the rest.
    case bare
}

/// Changes. Each takes a connection whose transaction the caller holds, so that rows and relations change together:
/// in one database, CreateTable and DeleteTable are atomic. Where the data lie in a database of their own, `data` is a
/// connection to it, and the caller decides which transaction is committed first.
extension Catalog {
    /// Inserts a table with its indexes and tags, and makes its relations.
    ///
    /// - Returns: `false`, with nothing changed, if the account has a table of that name.
    package func createTable(
        _ table: TableRecord, relations: RelationCreation = .complete, on connection: PostgresConnection,
        data: PostgresConnection? = nil
    ) async throws -> Bool {
        guard try await insertTable(table, on: connection) else { return false }
        let ddl = RelationDDL(table.physical)
        let statements = relations == .complete ? ddl.create + ddl.finish : ddl.create
        let data = data ?? connection
        try await data.execute(script: statements.joined(separator: ";\n"))
        if table.definition.streamSpecification?.enabled == true {
            try await StreamShards.make(tableID: table.tableID, unixSeconds: table.creationDate, on: data)
        }
        return true
    }

    /// Inserts the rows only.
    func insertTable(_ table: TableRecord, on runner: some SQLRunner) async throws -> Bool {
        let definition = table.definition
        let more = layout.hasTableClass
        var parameters: [PostgresValue] = [
            .text(table.accountID), .text(definition.name), .utf8(CatalogJSON.keySchema(definition.keySchema)),
            .utf8(CatalogJSON.attributeDefinitions(definition.attributeDefinitions)),
            .text(definition.billingMode.rawValue),
            definition.provisionedThroughput.map { .utf8(CatalogJSON.throughput($0)) } ?? .null,
            definition.streamSpecification.map { .utf8(CatalogJSON.stream($0)) } ?? .null,
            .text(table.status.rawValue), .double(table.creationDate), .text(table.arn), .text(table.tableID),
            .bool(definition.deletionProtection), .optional(table.ttlAttribute), .optional(table.streamLabel),
            .int(table.itemCount), .int(table.sizeBytes),
        ]
        if more {
            parameters += [
                .optional(definition.tableClass?.rawValue),
                definition.sse.map { .utf8(CatalogJSON.sse($0)) } ?? .null,
            ]
        }
        let inserted = try await runner.query(
            PostgresQuery(
                """
                INSERT INTO tables (account_id, table_name, key_schema, attribute_definitions, billing_mode,
                    provisioned_throughput, stream_specification, table_status, creation_date_time, table_arn,
                    table_id, deletion_protection_enabled, ttl_attribute, stream_label, item_count, table_size_bytes
                    \(more ? ", table_class, sse_specification" : ""))
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, to_timestamp($9), $10, $11, $12, $13, $14, $15, $16
                    \(more ? ", $17, $18" : ""))
                ON CONFLICT (account_id, table_name) DO NOTHING
                """,
                parameters))
        guard inserted.affectedRows == 1 else { return false }
        for index in table.indexes {
            try await insertIndex(index, of: table, on: runner)
        }
        for tag in definition.tags {
            _ = try await runner.query(
                PostgresQuery(
                    "INSERT INTO tags (resource_arn, tag_key, tag_value) VALUES ($1, $2, $3)",
                    [.text(table.arn), .text(tag.key), .text(tag.value)]))
        }
        return true
    }

    private func insertIndex(_ index: IndexRecord, of table: TableRecord, on runner: some SQLRunner) async throws {
        let definition = index.definition
        _ = try await runner.query(
            PostgresQuery(
                """
                INSERT INTO indexes (table_id, index_id, index_name, index_type, key_schema, projection,
                    index_status, provisioned_throughput)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
                """,
                [
                    .text(table.tableID), .text(index.indexID), .text(definition.name),
                    .text(definition.kind.rawValue), .utf8(CatalogJSON.keySchema(definition.keySchema)),
                    .utf8(CatalogJSON.projection(definition.projection)), .text(index.status.rawValue),
                    definition.provisionedThroughput.map { .utf8(CatalogJSON.throughputDescription($0)) } ?? .null,
                ]))
    }

    /// Deletes a table's rows and drops its relations.
    ///
    /// - Parameter unixSeconds: the moment after which the table's stream can be read for another 24 hours; `nil`: it
    ///   goes at once.
    package func deleteTable(
        _ table: TableRecord, at unixSeconds: Double? = nil, on connection: PostgresConnection,
        data: PostgresConnection? = nil
    ) async throws {
        let data = data ?? connection
        _ = try await connection.query(
            PostgresQuery("DELETE FROM tables WHERE table_id = $1", [.text(table.tableID)]))
        _ = try await connection.query(
            PostgresQuery("DELETE FROM tags WHERE resource_arn = $1", [.text(table.arn)]))
        if let unixSeconds {
            try await endStream(of: table, unixSeconds: unixSeconds, on: connection, data: data)
        } else {
            try await StreamShards.delete(owner: table.tableID, on: data)
        }
        try await data.execute(script: RelationDDL(table.physical).drop.joined(separator: ";\n"))
    }

    package func setStatus(_ status: TableStatus, table: TableRecord, on runner: some SQLRunner) async throws {
        _ = try await runner.query(
            PostgresQuery(
                "UPDATE tables SET table_status = $2, status_transition_at = NULL WHERE table_id = $1",
                [.text(table.tableID), .text(status.rawValue)]))
    }

    /// Turns time to live on for an attribute, or off.
    ///
    /// Indexes go either way: the next look of the worker that deletes expired items makes the one that it needs
    /// (`ExpiryStatements`).
    package func setTimeToLive(
        attribute: String?, table: TableRecord, on connection: PostgresConnection, data: PostgresConnection? = nil
    ) async throws {
        _ = try await connection.query(
            PostgresQuery(
                "UPDATE tables SET ttl_attribute = $2, ttl_index_ready = false WHERE table_id = $1",
                [.text(table.tableID), .optional(attribute)]))
        try await (data ?? connection).execute(
            script: ExpiryStatements.dropIndexes(table.tableID).joined(separator: ";\n"))
    }

    /// Records what DescribeTable says about the table's size.
    package func setStatistics(
        itemCount: Int, sizeBytes: Int, table: TableRecord, on runner: some SQLRunner
    ) async throws {
        _ = try await runner.query(
            PostgresQuery(
                "UPDATE tables SET item_count = $2, table_size_bytes = $3 WHERE table_id = $1",
                [.text(table.tableID), .int(itemCount), .int(sizeBytes)]))
    }

    /// What `settle` did, as names of tables.
    package struct Settlement: Sendable, Hashable {
        /// Tables that were being made or changed and whose relations exist: active now.
        package var activated: [String] = []
        /// Tables that were being deleted, or whose relation does not exist: gone now.
        package var removed: [String] = []
    }

    /// Ends what was in transition when the database was copied or its server stopped.
    ///
    /// A CREATING or UPDATING table becomes ACTIVE if its relation exists; otherwise, and for DELETING, the rows and
    /// whatever relations there are go. An index without a relation goes too.
    package func settle(on connection: PostgresConnection) async throws -> Settlement {
        var settlement = Settlement()
        let rows = try await connection.query(
            PostgresQuery(
                """
                SELECT table_id, table_name, table_status = 'DELETING' OR
                    to_regclass(quote_ident('_ddb_' || table_id)) IS NULL,
                    (SELECT coalesce(array_agg(index_id), '{}') FROM indexes i WHERE i.table_id = t.table_id)
                FROM tables t WHERE table_status <> 'ACTIVE' ORDER BY table_name COLLATE "C"
                """))
        for row in rows {
            let id = try row[0].string
            let name = try row[1].string
            if try row[2].bool {
                let relations = ([id] + (try row[3].textArray.compactMap { $0 })).map(PhysicalTable.relationName)
                for relation in relations {
                    try await connection.execute(script: "DROP TABLE IF EXISTS \(PostgresIdentifier.quote(relation))")
                }
                _ = try await connection.query(
                    PostgresQuery(
                        "DELETE FROM tags WHERE resource_arn = (SELECT table_arn FROM tables WHERE table_id = $1)",
                        [.text(id)]))
                _ = try await connection.query(PostgresQuery("DELETE FROM tables WHERE table_id = $1", [.text(id)]))
                settlement.removed.append(name)
            } else {
                settlement.activated.append(name)
            }
        }
        _ = try await connection.query(
            PostgresQuery(
                """
                UPDATE tables SET table_status = 'ACTIVE', status_transition_at = NULL
                WHERE table_status <> 'ACTIVE' OR status_transition_at IS NOT NULL
                """))
        _ = try await connection.query(
            PostgresQuery(
                """
                DELETE FROM indexes WHERE index_status <> 'ACTIVE'
                    AND to_regclass(quote_ident('_ddb_' || index_id)) IS NULL
                """))
        return settlement
    }
}
