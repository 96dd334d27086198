import DynamoModel
import Environments
import Postgres

/// A generation with the claim on it.
struct ClaimedGeneration: Sendable {
    var record: SnapshotRecord
    var epoch: Int64
    var attempts: Int
    var cancelRequested: Bool
    /// The body of the `GetItem` that proves an endpoint to serve the data.
    var probeTarget: String?
}

/// How a row of `snapshots` with a row of `generations` is read.
enum SnapshotRow {
    /// The columns in the order of `decode`, for rows named `s` and `g`.
    static let columns = """
        s.id, s.name, g.number, g.state, g.reason, g.source, g.account_id, g.region, g.probe_target, g.tables,
        g.items_done, g.items_total, g.bytes_done, g.bytes_total, g.items_per_second,
        \(EnvironmentRow.time("s.created_at")), \(EnvironmentRow.time("g.ready_at")), g.lease_epoch, g.attempts,
        g.cancel_requested, s.aurora, (SELECT max(c.number) FROM generations c
            WHERE c.snapshot_id = s.id AND c.state = 'ready')
        """

    static func decode(_ row: PostgresRow) throws -> ClaimedGeneration {
        let stateText = try row[3].string
        guard let state = SnapshotRecord.State(rawValue: stateText) else {
            throw ControlError(
                .misconfigured, subject: try row[1].string, "the records hold the unknown state '\(stateText)'",
                hint: "start the newer envctl that wrote it")
        }
        var record = SnapshotRecord(
            id: SnapshotID(try row[0].string), name: try SnapshotName(try row[1].string), state: state,
            generation: try row[2].int, source: try row[5].string,
            createdAt: Timestamp(microseconds: try row[15].int64))
        record.reason = try row[4].orNil?.string
        record.accountID = try row[6].string
        record.region = try row[7].string
        record.tables = try tables(try row[9].bytes)
        record.progress.itemsDone = try row[10].int64
        record.progress.itemsTotal = try row[11].int64
        record.progress.bytesDone = try row[12].int64
        record.progress.bytesTotal = try row[13].int64
        record.progress.itemsPerSecond = try row[14].double
        record.readyAt = try EnvironmentRow.timestamp(row[16])
        if let settings = try row[20].orNil?.bytes { record.aurora = try AuroraSource(json: settings) }
        record.current = try row[21].orNil?.int
        return ClaimedGeneration(
            record: record, epoch: try row[17].int64, attempts: try row[18].int, cancelRequested: try row[19].bool,
            probeTarget: try row[8].orNil?.string)
    }

    static func encode(_ tables: [SnapshotTable]) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginArray()
        for table in tables {
            writer.beginObject()
            writer.name("name")
            writer.string(table.name)
            writer.name("items")
            writer.number(Int(table.items))
            writer.name("bytes")
            writer.number(Int(table.bytes))
            writer.endObject()
        }
        writer.endArray()
        return writer.bytes
    }

    private static func tables(_ bytes: [UInt8]) throws -> [SnapshotTable] {
        (try JSONValue(parsing: bytes).arrayValue ?? []).compactMap { value in
            guard let name = value["name"]?.stringValue else { return nil }
            return SnapshotTable(
                name: name, items: Int64(value["items"]?.intValue ?? 0), bytes: Int64(value["bytes"]?.intValue ?? 0))
        }
    }
}
