import DynamoModel
import Environments
import ExtendDBLayout
import Postgres

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Loads one table: its items by `COPY`, then its indexes from them.
struct TableLoader: Sendable {
    /// What was loaded.
    struct Result: Sendable {
        var table: ImportedGeneration.Table
        /// The key of the first item of the first data file that has one.
        var firstKey: Item?
    }

    let database: SnapshotDatabase
    let export: TableExport
    let record: TableRecord
    let meter: ImportMeter

    /// Blocks that are being encoded while others are read and sent: one a core, and one that waits.
    static let parallelBlocks = max(2, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) + 1
    /// Indexes of a table that are built at the same time; each build keeps a core of the server busy.
    static let parallelIndexes = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))

    func load() async throws(ControlError) -> Result {
        let result = try await loadItems()
        do {
            try await buildIndexes()
        } catch {
            throw PostgresAdmin.controlError(error, "build the indexes of table \(record.definition.name)")
        }
        return result
    }

    /// Makes the relations and loads the base relation in one transaction. With `wal_level = minimal` a relation made
    /// in the same transaction is synchronised at its end instead of logged, and its rows can be frozen at once.
    private func loadItems() async throws(ControlError) -> Result {
        let name = record.definition.name
        return try await database.loading("load table \(name)") { connection in
            try await connection.transaction { connection in
                guard try await Catalog().createTable(record, relations: .bare, on: connection) else {
                    throw ControlError(.conflict, subject: name, "table \(name) exists twice in the catalog")
                }
                var totals = Totals(files: export.manifest.files.count)
                try await connection.copyIn("\(record.physical.copyStatement) WITH (FREEZE)") { writer in
                    totals = try await copy(to: writer)
                }
                try checkCounts(totals)
                try await addPrimaryKey(on: connection)
                try await Catalog().setStatistics(
                    itemCount: totals.items, sizeBytes: totals.logicalBytes, table: record, on: connection)
                return Result(
                    table: .init(name: name, items: totals.items, bytes: totals.logicalBytes),
                    firstKey: totals.firstKey?.key)
            }
        }
    }

    /// Sums over the data files.
    private struct Totals: Sendable {
        var itemsOfFile: [Int]
        var logicalBytes = 0
        var firstKey: (file: Int, key: Item)?

        init(files: Int) { itemsOfFile = Array(repeating: 0, count: files) }

        var items: Int { itemsOfFile.reduce(0, +) }

        mutating func add(_ block: EncodedBlock) {
            itemsOfFile[block.file] += block.items
            logicalBytes += block.logicalBytes
            if let key = block.firstKey, firstKey.map({ block.file < $0.file }) ?? true {
                firstKey = (block.file, key)
            }
        }
    }

    /// Reads block after block, has them encoded on other threads, and sends what is ready: memory holds a few blocks.
    private func copy(to writer: PostgresCopyWriter) async throws -> Totals {
        let files = export.manifest.files
        let encoder = ItemEncoder(table: record)
        return try await withThrowingTaskGroup(of: EncodedBlock.self) { group in
            var totals = Totals(files: files.count)
            var inFlight = 0
            for (number, file) in files.enumerated() {
                let reader = try DataFileReader(file)
                var reported = 0
                while let block = try reader.next() {
                    try Task.checkCancellation()
                    if inFlight >= Self.parallelBlocks, let ready = try await group.next() {
                        inFlight -= 1
                        try await send(ready, to: writer, &totals)
                    }
                    group.addTask { try encoder.encode(block, file: number) }
                    inFlight += 1
                    meter.add(items: 0, bytes: reader.bytesRead - reported)
                    reported = reader.bytesRead
                }
                meter.add(items: 0, bytes: reader.bytesRead - reported)
            }
            while let ready = try await group.next() {
                try await send(ready, to: writer, &totals)
            }
            return totals
        }
    }

    private func send(_ block: EncodedBlock, to writer: PostgresCopyWriter, _ totals: inout Totals) async throws {
        totals.add(block)
        try await writer.write(block.bytes)
        meter.add(items: block.items, bytes: 0)
    }

    private func checkCounts(_ totals: Totals) throws(ControlError) {
        for (file, items) in zip(export.manifest.files, totals.itemsOfFile) where file.itemCount != items {
            throw ControlError(
                .invalidRequest, subject: file.path,
                "the data file \(file.path) holds \(items) items, but the manifest says \(file.itemCount)",
                hint: "copy the export again")
        }
    }

    private func addPrimaryKey(on connection: PostgresConnection) async throws {
        let relation = record.physical.relation
        do {
            for statement in RelationDDL(record.physical).finish where statement.contains("\(relation) ") {
                try await connection.query(PostgresQuery(statement, prepared: false))
            }
        } catch {
            guard error.sqlState == SQLState.uniqueViolation else { throw error }
            throw ControlError(
                .invalidRequest, subject: record.definition.name,
                "the export holds two items of table \(record.definition.name) with the same key"
                    + (error.detail.map { ": \($0)" } ?? ""),
                hint: "a full export holds each item once; is data of two exports mixed in the directory?")
        }
    }

    private func buildIndexes() async throws {
        let keySchema = record.definition.keySchema
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, index) in record.physical.indexes.enumerated() {
                if number >= Self.parallelIndexes { try await group.next() }
                let build = IndexBuild(index: index, table: record.physical, keySchema: keySchema)
                group.addTask {
                    try await database.loading("build index \(index.name)") { connection in
                        try await connection.transaction { connection in
                            for statement in build.statements {
                                try await connection.query(PostgresQuery(statement, prepared: false))
                            }
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}
