import DynamoModel
import Postgres

/// The rows of `tables`, `indexes` and `tags`: which tables there are and what they are.
package struct Catalog: Sendable {
    /// What the database's layout is; some columns exist in newer databases only.
    package let layout: LayoutProbe
    /// Whether the database has the schema of `OwnState`.
    package let hasOwnState: Bool

    package init(layout: LayoutProbe = .bootstrapped, hasOwnState: Bool = true) {
        self.layout = layout
        self.hasOwnState = hasOwnState
    }

    /// A table with its indexes and tags, in one round trip; `nil` if the account has none of that name.
    ///
    /// - Throws: `LayoutError` for a table that this layout cannot represent, such as one with a key of several
    ///   partition key attributes.
    package func loadTable(
        _ name: String, account: String, on runner: some SQLRunner
    ) async throws -> TableRecord? {
        let rows = try await runner.query(
            PostgresQuery(selectText + " WHERE t.account_id = $1 AND t.table_name = $2", [.text(account), .text(name)]))
        return try rows.first.map { try Self.record($0) }
    }

    /// Every table of an account, or of all accounts, by name.
    package func loadTables(account: String? = nil, on runner: some SQLRunner) async throws -> [TableRecord] {
        let rows = try await runner.query(
            PostgresQuery(
                selectText + " WHERE $1::text IS NULL OR t.account_id = $1 ORDER BY t.table_name COLLATE \"C\"",
                [.optional(account)]))
        return try rows.map { try Self.record($0) }
    }

    /// Names of tables in byte order.
    ///
    /// - Parameters:
    ///   - after: the name behind which to start.
    ///   - limit: the largest number of names.
    package func list(
        account: String, after: String? = nil, limit: Int, on runner: some SQLRunner
    ) async throws -> [String] {
        let rows = try await runner.query(
            PostgresQuery(
                """
                SELECT table_name FROM tables
                WHERE account_id = $1 AND ($2::text IS NULL OR table_name COLLATE "C" > $2)
                ORDER BY table_name COLLATE "C" LIMIT $3::bigint
                """,
                [.text(account), .optional(after), .int(limit)]))
        return try rows.map { try $0[0].string }
    }

    /// How many tables an account has.
    package func count(account: String, on runner: some SQLRunner) async throws -> Int {
        let rows = try await runner.query(
            PostgresQuery("SELECT count(*) FROM tables WHERE account_id = $1", [.text(account)]))
        return try rows.first.map { try $0[0].int } ?? 0
    }

    private var selectText: String {
        """
        SELECT t.account_id, t.table_id, t.table_name, t.table_arn, t.table_status,
        extract(epoch FROM t.creation_date_time)::float8 AS created, t.item_count, t.table_size_bytes,
        t.ttl_attribute, t.stream_label, t.deletion_protection_enabled, t.billing_mode, t.key_schema,
        t.attribute_definitions, t.provisioned_throughput, t.stream_specification,
        \(layout.hasTableClass ? "t.table_class, t.sse_specification" : "NULL AS table_class, NULL AS sse_specification"),
        (SELECT jsonb_agg(jsonb_build_object('id', i.index_id, 'name', i.index_name, 'type', i.index_type,
            'status', i.index_status, 'key_schema', i.key_schema, 'projection', i.projection,
            'throughput', i.provisioned_throughput) ORDER BY i.index_name COLLATE "C")
            FROM indexes i WHERE i.table_id = t.table_id) AS indexes,
        (SELECT jsonb_agg(jsonb_build_object('key', g.tag_key, 'value', g.tag_value) ORDER BY g.tag_key COLLATE "C")
            FROM tags g WHERE g.resource_arn = t.table_arn) AS tags
        FROM tables t
        """
    }
}

extension Catalog {
    private static func record(_ row: PostgresRow) throws -> TableRecord {
        let name = try row["table_name"].string
        do {
            let indexes = try json(row["indexes"])?.arrayValue.map { try $0.map(indexRecord) } ?? []
            return try TableRecord(
                accountID: row["account_id"].string, tableID: row["table_id"].string, arn: row["table_arn"].string,
                definition: definition(row, name: name, indexes: indexes),
                status: status(row["table_status"].string), creationDate: row["created"].double,
                itemCount: row["item_count"].int, sizeBytes: row["table_size_bytes"].int,
                ttlAttribute: row["ttl_attribute"].orNil?.string, streamLabel: row["stream_label"].orNil?.string,
                indexes: indexes)
        } catch let error as WireError {
            throw LayoutError(.unreadable, "the catalog's row of table '\(name)': \(error.message)")
        } catch let error as JSONError {
            throw LayoutError(.unreadable, "the catalog's row of table '\(name)': \(error)")
        }
    }

    private static func definition(
        _ row: PostgresRow, name: String, indexes: [IndexRecord]
    ) throws -> TableDefinition {
        guard let keys = try json(row["key_schema"]),
            let attributes = try json(row["attribute_definitions"])?.arrayValue
        else { throw LayoutError(.unreadable, "the catalog's row of table '\(name)' lacks its keys") }
        let billing = try row["billing_mode"].string
        guard let mode = BillingMode(rawValue: billing) else {
            throw LayoutError(.unreadable, "table '\(name)' has the unknown billing mode '\(billing)'")
        }
        let tags = try json(row["tags"])?.arrayValue ?? []
        return try TableDefinition(
            name: name, keySchema: KeySchema(json: keys),
            attributeDefinitions: attributes.map { try AttributeDefinition(json: $0) }, billingMode: mode,
            provisionedThroughput: json(row["provisioned_throughput"]).flatMap(Throughput.init(json:)),
            indexes: indexes.map(\.definition),
            streamSpecification: json(row["stream_specification"]).flatMap(StreamSpecification.init(json:)),
            sse: json(row["sse_specification"]).flatMap(CatalogJSON.sse),
            tableClass: row["table_class"].orNil.map { try $0.string }.flatMap(TableClass.init(rawValue:)),
            deletionProtection: row["deletion_protection_enabled"].bool,
            tags: tags.compactMap { tag in
                tag["key"]?.stringValue.flatMap { key in
                    tag["value"]?.stringValue.map { Tag(key: key, value: $0) }
                }
            })
    }

    private static func indexRecord(_ json: JSONValue) throws -> IndexRecord {
        guard let id = json["id"]?.stringValue, let name = json["name"]?.stringValue,
            let kind = json["type"]?.stringValue.flatMap(IndexDefinition.Kind.init(rawValue:)),
            let keys = json["key_schema"], let projection = json["projection"],
            let status = json["status"]?.stringValue
        else { throw LayoutError(.unreadable, "the catalog has an index without a name, type or key") }
        return IndexRecord(
            indexID: id,
            definition: IndexDefinition(
                name: name, kind: kind, keySchema: try KeySchema(json: keys),
                projection: try Projection(json: projection),
                provisionedThroughput: json["throughput"].flatMap(Throughput.init(json:))),
            status: try self.status(status))
    }

    private static func status(_ text: String) throws -> TableStatus {
        guard let status = TableStatus(rawValue: text) else {
            throw LayoutError(.unreadable, "the catalog has the unknown status '\(text)'")
        }
        return status
    }

    /// The JSON of a cell; `nil` for NULL and for a JSON null.
    private static func json(_ cell: PostgresCell) throws -> JSONValue? {
        guard let bytes = try cell.orNil?.bytes else { return nil }
        let value = try JSONValue(parsing: bytes)
        return value.isNull ? nil : value
    }
}
