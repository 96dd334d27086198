package import DynamoModel
import ExtendDBLayout
import Postgres

/// The operations on tables, over the catalog.
///
/// A table is made and deleted within the request, in one transaction with its relations (in one for each of two
/// databases, see ``Databases``). The answers say `CREATING`
/// and `DELETING`, as DynamoDB's do, and the next DescribeTable says `ACTIVE`, or that there is no such table: a
/// client that waits as the SDKs do never waits here.
package struct TableOperations: Sendable {
    let databases: Databases
    let gate: LayoutGate
    let tables: TableCache
    let region: String

    package init(databases: Databases, gate: LayoutGate, tables: TableCache, region: String) {
        self.databases = databases
        self.gate = gate
        self.tables = tables
        self.region = region
    }

    // MARK: Tables

    package func createTable(
        _ request: CreateTableRequest, _ context: RequestContext
    ) async throws(WireError) -> [UInt8] {
        let name = try TableName.resolve(request.tableName, context.accountID, region)
        var definition = request.definition
        definition.name = name
        let catalog = try await gate.catalog()
        let record = try await PostgresErrors.wire { [definition] in
            let record = try TableRecord(
                new: definition, accountID: context.accountID, region: region, creationDate: context.now)
            let created = try await retryingTransient {
                try await databases.transaction(.dataFirst) { connection, data in
                    try await catalog.createTable(record, on: connection, data: data)
                }
            }
            return created ? record : nil
        }
        guard let record else {
            throw WireError(.resourceInUseException, "Table already exists: \(name)")
        }
        tables.invalidate(name, context.accountID)
        return TableDescription(record: record, status: .creating).body("TableDescription")
    }

    package func describeTable(
        _ request: DescribeTableRequest, _ context: RequestContext
    ) async throws(WireError) -> [UInt8] {
        let record = try await existing(request.tableName, context)
        var description = TableDescription(record: record, status: record.status)
        description.statistics = try await statistics(of: record)
        return description.body("Table")
    }

    package func listTables(
        _ request: ListTablesRequest, _ context: RequestContext
    ) async throws(WireError) -> [UInt8] {
        let limit = request.limit
        let catalog = try await gate.catalog()
        // One more than asked for tells whether there is a next page.
        let names = try await PostgresErrors.wire {
            try await retryingTransient(isRead: true) {
                try await catalog.list(
                    account: context.accountID, after: request.exclusiveStartTableName, limit: limit + 1,
                    on: databases.catalog)
            }
        }
        var json = JSONWriter()
        json.beginObject()
        json.name("TableNames")
        json.beginArray()
        for name in names.prefix(limit) { json.string(name) }
        json.endArray()
        if names.count > limit {
            json.name("LastEvaluatedTableName")
            json.string(names[limit - 1])
        }
        json.endObject()
        return json.bytes
    }

    package func deleteTable(
        _ request: DeleteTableRequest, _ context: RequestContext
    ) async throws(WireError) -> [UInt8] {
        let record = try await existing(request.tableName, context)
        let name = record.definition.name
        guard !record.definition.deletionProtection else {
            throw .validation(
                "Resource cannot be deleted as it is currently protected against deletion. "
                    + "Disable deletion protection first.")
        }
        defer { tables.invalidate(name, context.accountID) }
        let catalog = try await gate.catalog()
        try await PostgresErrors.wire {
            try await retryingTransient {
                try await databases.transaction(.catalogFirst) { connection, data in
                    try await catalog.deleteTable(record, at: context.now, on: connection, data: data)
                }
            }
        }
        context.changes.note(context.now + StreamRetention.age)
        return TableDescription(record: record, status: .deleting).body("TableDescription")
    }

    // MARK: Time to live

    package func updateTimeToLive(
        _ request: UpdateTimeToLiveRequest, _ context: RequestContext
    ) async throws(WireError) -> [UInt8] {
        let record = try await existing(request.tableName, context)
        let change = try TimeToLiveChange(
            current: record.ttlAttribute, attribute: request.attributeName, enabled: request.enabled)
        let name = record.definition.name
        defer { tables.invalidate(name, context.accountID) }
        let catalog = try await gate.catalog()
        try await PostgresErrors.wire {
            try await retryingTransient {
                // The expression index goes first: while it is there, it refuses items.
                try await databases.transaction(.dataFirst) { connection, data in
                    try await catalog.setTimeToLive(
                        attribute: change.attribute, table: record, on: connection, data: data)
                }
            }
        }
        context.changes.note(context.now)
        var json = JSONWriter()
        json.beginObject()
        json.name("TimeToLiveSpecification")
        json.beginObject()
        json.name("AttributeName")
        json.string(request.attributeName)
        json.name("Enabled")
        json.bool(request.enabled)
        json.endObject()
        json.endObject()
        return json.bytes
    }

    package func describeTimeToLive(
        _ request: DescribeTimeToLiveRequest, _ context: RequestContext
    ) async throws(WireError) -> [UInt8] {
        let record = try await existing(request.tableName, context)
        var json = JSONWriter()
        json.beginObject()
        json.name("TimeToLiveDescription")
        json.beginObject()
        json.name("TimeToLiveStatus")
        json.string(record.ttlAttribute == nil ? "DISABLED" : "ENABLED")
        if let attribute = record.ttlAttribute {
            json.name("AttributeName")
            json.string(attribute)
        }
        json.endObject()
        json.endObject()
        return json.bytes
    }

    // MARK: Parts

    /// The table, in any status.
    func existing(_ parameter: String, _ context: RequestContext) async throws(WireError) -> TableRecord {
        let name = try TableName.resolve(parameter, context.accountID, region)
        guard let record = try await tables.record(name, context.accountID) else { throw Self.notFound(name) }
        return record
    }

    static func notFound(_ name: String) -> WireError {
        WireError(.resourceNotFoundException, "Requested resource not found: Table: \(name) not found")
    }

    /// Figures of the table and its indexes, of those that are small enough to be counted.
    private func statistics(of record: TableRecord) async throws(WireError) -> [String: RelationStatistics] {
        let relations =
            [("", record.physical.relation)]
            + zip(record.indexes, record.physical.indexes).map { ($0.definition.name, $1.relation) }
        return try await PostgresErrors.wire {
            try await retryingTransient(isRead: true) {
                let results = try await databases.data.pipeline(relations.map { TableStatistics.query($0.1) })
                var statistics: [String: RelationStatistics] = [:]
                for (relation, result) in zip(relations, results) {
                    statistics[relation.0] = try TableStatistics.read(result)
                }
                return statistics
            }
        }
    }
}
