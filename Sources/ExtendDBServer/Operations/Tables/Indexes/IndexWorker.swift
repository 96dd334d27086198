import DynamoModel
import ExtendDBLayout
import Logging
import Postgres
import Synchronization

/// Fills the indexes that UpdateTable adds and drops the relations of those that it deletes, while the server serves.
///
/// What is to be done stands in the catalog (`index_status`), so a server that was stopped in the middle begins anew
/// when the table is looked up next: making a row that is there already does nothing.
package final class IndexWorker: Sendable {
    /// An index that is not ready, with the table as it was looked up.
    private struct Job: Sendable {
        let table: TableRecord
        let index: IndexRecord
    }

    /// Items of one transaction. Their writers wait for it; it takes some milliseconds.
    private static let batchSize = 500

    private let databases: Databases
    private let gate: LayoutGate
    private let grace: GracePeriods
    private let logger: Logger
    private let jobs: AsyncStream<Job>
    private let queue: AsyncStream<Job>.Continuation
    /// What is under way: the status by the index's id.
    private let known = Mutex<[String: TableStatus]>([:])

    init(databases: Databases, gate: LayoutGate, grace: GracePeriods, logger: Logger) {
        self.databases = databases
        self.gate = gate
        self.grace = grace
        self.logger = logger
        (jobs, queue) = AsyncStream.makeStream()
    }

    /// Takes up the indexes of a table that are being made or deleted, unless it has already.
    func look(at table: TableRecord) {
        for index in table.indexes where index.status == .creating || index.status == .deleting {
            let isNew = known.withLock { known in
                guard known[index.indexID] != index.status else { return false }
                known[index.indexID] = index.status
                return true
            }
            if isNew { queue.yield(Job(table: table, index: index)) }
        }
    }

    /// Works until it is cancelled.
    ///
    /// - Parameter forget: called with a table whose indexes have changed in the catalog.
    func run(forget: @Sendable @escaping (TableRecord) -> Void) async {
        await withDiscardingTaskGroup { tasks in
            for await job in jobs {
                tasks.addTask { await self.perform(job, forget) }
            }
        }
    }

    private func perform(_ job: Job, _ forget: @Sendable (TableRecord) -> Void) async {
        do {
            let catalog = try await gate.catalog()
            switch job.index.status {
            case .creating: try await fill(job, catalog)
            case .deleting: try await drop(job, catalog)
            case .active, .updating: break
            }
        } catch {
            // Looking the table up again, which the next request does, takes the work up again. A failure is to be
            // expected when the index was deleted meanwhile, or the server stops.
            if isCurrent(job), !Task.isCancelled {
                logger.warning(
                    "work on an index stopped",
                    metadata: ["table": "\(job.table.tableID)", "index": "\(job.index.indexID)", "error": "\(error)"])
            }
        }
        known.withLock { known in
            if known[job.index.indexID] == job.index.status { known[job.index.indexID] = nil }
        }
        forget(job.table)
    }

    /// Whether the index is still to be brought where the job brings it.
    private func isCurrent(_ job: Job) -> Bool {
        known.withLock { $0[job.index.indexID] == job.index.status }
    }

    // MARK: Making

    private func fill(_ job: Job, _ catalog: Catalog) async throws {
        let table = job.table.physical
        guard let index = table.indexes.first(where: { $0.indexID == job.index.indexID }) else { return }
        // From here on every operation maintains the index.
        await grace.passed()
        // A write whose client is gone may still be committing: wait for the transactions that hold a lock of the
        // table, and let it go at once.
        _ = try await retryingTransient {
            try await databases.data.transaction { connection in
                try await connection.execute(script: "LOCK TABLE \(table.relation) IN EXCLUSIVE MODE")
            }
        }
        let backfill = IndexBackfill(index, of: table)
        var last: [String]?
        while isCurrent(job) {
            try Task.checkCancellation()
            let batch = backfill.batch(after: last, limit: Self.batchSize)
            let rows = try await retryingTransient {
                try await databases.data.withConnection { connection in
                    try await connection.pipeline([batch])[0]
                }
            }
            guard let row = rows.first else { break }
            last = try (1..<(table.range == nil ? 2 : 3)).map { try row[$0].string }
            if try row[0].int < Self.batchSize { break }
        }
        _ = try await catalog.setIndexStatus(
            .active, from: [.creating], indexID: job.index.indexID, table: job.table, on: databases.catalog)
    }

    // MARK: Deleting

    private func drop(_ job: Job, _ catalog: Catalog) async throws {
        // From here on no operation knows the index.
        await grace.passed()
        let relation = PostgresIdentifier.quote(PhysicalTable.relationName(job.index.indexID))
        _ = try await retryingTransient {
            try await databases.transaction(.catalogFirst) { connection, data in
                try await data.execute(script: "DROP TABLE IF EXISTS \(relation)")
                try await catalog.removeIndex(job.index.indexID, of: job.table, on: connection)
            }
        }
    }
}
