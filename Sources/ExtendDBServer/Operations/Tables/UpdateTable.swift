package import DynamoModel
import ExtendDBLayout
import Postgres

extension TableOperations {
    /// UpdateTable. What it changes holds with the answer, which says `UPDATING` as the service's does; only an index
    /// that is added or deleted takes longer (``IndexWorker``).
    package func updateTable(
        _ request: UpdateTableRequest, _ context: RequestContext
    ) async throws(WireError) -> [UInt8] {
        let name = try TableName.resolve(request.tableName, context.accountID, region)
        let catalog = try await gate.catalog()
        defer { tables.invalidate(name, context.accountID) }
        let (record, update) = try await PostgresErrors.wire {
            try await retryingTransient {
                try await databases.transaction(.dataFirst) { connection, data in
                    try await carryOut(request, on: name, context, catalog, connection, data)
                }
            }
        }
        if update.stream == .disable { context.changes.note(context.now + StreamRetention.age) }
        tables.invalidate(name, context.accountID)
        // Whoever asks next has the table looked up, which starts the work on its indexes.
        let after = try await tables.record(name, context.accountID) ?? record
        var description = TableDescription(record: after, status: .updating, now: context.now)
        description.changedIndexes = update.changedIndexes
        description.startedIndex = update.created?.name
        return description.body("TableDescription")
    }

    /// Decides and carries out, under the lock of the table's row.
    private func carryOut(
        _ request: UpdateTableRequest, on name: String, _ context: RequestContext, _ catalog: Catalog,
        _ connection: PostgresConnection, _ data: PostgresConnection
    ) async throws -> (TableRecord, TableUpdate) {
        guard let seen = try await catalog.loadTable(name, account: context.accountID, on: connection),
            try await catalog.lockTable(seen.tableID, on: connection),
            var record = try await catalog.loadTable(name, account: context.accountID, on: connection),
            record.tableID == seen.tableID
        else { throw Self.notFound(name) }
        guard record.status == .active else {
            let what = record.status == .creating ? "created" : record.status == .deleting ? "deleted" : "updated"
            throw WireError(
                .resourceInUseException,
                "Attempt to change a resource which is still in use: Table is being \(what): \(name)")
        }
        record.details = try await catalog.details(of: record.tableID, on: connection)
        let update = try TableUpdate(request, of: record.state, region: region, now: context.now)

        try await catalog.update(record, to: update.definition, on: connection)
        if update.details != record.details {
            try await catalog.set(update.details, of: record.tableID, on: connection)
        }
        switch update.stream {
        case .enable(let viewType):
            try await catalog.enableStream(
                viewType, table: record, unixSeconds: context.now, on: connection, data: data)
        case .disable:
            try await catalog.disableStream(table: record, unixSeconds: context.now, on: connection, data: data)
        case nil: break
        }
        if let created = update.created {
            let index = IndexRecord(indexID: RelationID.random(), definition: created, status: .creating)
            try await catalog.insertCreatingIndex(index, of: record, on: connection)
            if let changed = try await catalog.loadTable(name, account: context.accountID, on: connection) {
                try await catalog.createRelation(ofIndex: index.indexID, of: changed, on: data)
            }
        }
        if let deleted = update.deleted, let index = record.indexes.first(where: { $0.definition.name == deleted }) {
            _ = try await catalog.setIndexStatus(
                .deleting, from: [.active, .creating, .updating], indexID: index.indexID, table: record, on: connection)
        }
        return (record, update)
    }
}

extension TableRecord {
    /// The table as UpdateTable decides on it.
    fileprivate var state: TableUpdate.State {
        var busy: [String: TableUpdate.State.Busy] = [:]
        for index in indexes {
            switch index.status {
            case .creating: busy[index.definition.name] = .creating
            case .deleting: busy[index.definition.name] = .deleting
            case .active, .updating: break
            }
        }
        return TableUpdate.State(definition: definition, details: details, busy: busy)
    }
}
