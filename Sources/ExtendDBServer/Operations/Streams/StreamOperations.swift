import DynamoModel
import ExtendDBLayout

/// The Streams API: reading what `ItemWrite` records.
package struct StreamOperations: Sendable {
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

    /// The streams of the account that ended less than 24 hours ago.
    func endedStreams(_ context: RequestContext) async throws(WireError) -> [EndedStream] {
        let prefix = TableRecord.arn(region: region, accountID: context.accountID, table: "")
        let all = try await PostgresErrors.wire {
            try await retryingTransient(isRead: true) { try await EndedStream.all(on: databases.catalog) }
        }
        return all.filter { $0.arn.hasPrefix(prefix) && context.now < $0.endedAt + EndedStream.retention }
    }

    /// The stream that a request names.
    func stream(_ arn: String, _ context: RequestContext) async throws(WireError) -> StreamView {
        let name = try StreamARN(arn)
        guard name.region == region, name.accountID == context.accountID else { throw Self.notFound(arn) }
        let record = try await tables.record(name.table, context.accountID)
        if let record, record.streamLabel == name.label, let view = StreamView(enabled: record) {
            return view
        }
        if let ended = try await endedStreams(context).first(where: { $0.arn == arn }) {
            return StreamView(ended)
        }
        if let record, record.streamLabel == name.label, let view = StreamView(disabled: record) {
            return view
        }
        throw Self.notFound(arn)
    }

    static func notFound(_ arn: String) -> WireError {
        WireError(.resourceNotFoundException, "Requested resource not found: Stream: \(arn) not found")
    }

    static func shardNotFound(_ shard: String, _ arn: String) -> WireError {
        WireError(
            .resourceNotFoundException, "Requested resource not found: Shard: \(shard) in Stream: \(arn) not found")
    }
}

/// `arn:aws:dynamodb:REGION:ACCOUNT:table/NAME/stream/LABEL`; the label holds colons.
struct StreamARN: Hashable {
    let region: String
    let accountID: String
    let table: String
    let label: String

    init(_ arn: String) throws(WireError) {
        let parts = arn.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn", parts[2] == "dynamodb" else {
            throw .validation("Invalid StreamArn")
        }
        let path = parts[5].split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        guard path.count == 4, path[0] == "table", path[2] == "stream", !path[1].isEmpty, !path[3].isEmpty else {
            throw .validation("Invalid StreamArn")
        }
        region = String(parts[3])
        accountID = String(parts[4])
        table = String(path[1])
        label = String(path[3])
    }
}

/// A stream as the API tells of it.
struct StreamView: Sendable, Hashable {
    let arn: String
    let tableName: String
    let label: String
    let isEnabled: Bool
    /// Not known of a stream that another server disabled.
    let viewType: StreamViewType?
    let keySchema: KeySchema
    /// What `stream_shards.table_id` holds for its shards.
    let shardOwner: String

    private init(_ table: TableRecord, label: String, isEnabled: Bool, viewType: StreamViewType?) {
        arn = table.streamARN(label)
        tableName = table.definition.name
        self.label = label
        self.isEnabled = isEnabled
        self.viewType = viewType
        keySchema = table.definition.keySchema
        shardOwner = table.tableID
    }

    /// The enabled stream of a table.
    init?(enabled table: TableRecord) {
        guard let label = table.streamLabel, let specification = table.definition.streamSpecification,
            specification.enabled
        else { return nil }
        self.init(table, label: label, isEnabled: true, viewType: specification.viewType)
    }

    /// The stream of a table that ExtendDB's server disabled: its shards stay where they were, open.
    init?(disabled table: TableRecord) {
        guard let label = table.streamLabel else { return nil }
        self.init(table, label: label, isEnabled: false, viewType: table.definition.streamSpecification?.viewType)
    }

    init(_ ended: EndedStream) {
        arn = ended.arn
        tableName = ended.tableName
        label = ended.label
        isEnabled = false
        viewType = ended.viewType
        keySchema = ended.keySchema
        shardOwner = ended.shardOwner
    }
}
