import DynamoModel
import ExtendDBLayout

/// The `TableDescription` of the API: what DescribeTable, CreateTable and DeleteTable tell of a table.
struct TableDescription {
    var record: TableRecord
    /// Status to tell instead of the recorded one: a table is made and deleted within the request, and clients
    /// expect `CREATING` and `DELETING` in the answer.
    var status: TableStatus
    /// Unix seconds; today's decreases of throughput are counted up to it.
    var now: Double
    /// Indexes whose throughput the request has changed, for the answer to UpdateTable.
    var changedIndexes: Set<String> = []
    /// The index that the request adds, which is not being filled yet.
    var startedIndex: String?
    /// Figures by index name; the table's own under the empty name.
    var statistics: [String: RelationStatistics] = [:]

    private var definition: TableDefinition { record.definition }

    func write(to json: inout JSONWriter) {
        json.beginObject()
        json.name("TableName")
        json.string(definition.name)
        json.name("TableStatus")
        json.string(status.rawValue)
        // The answer to DeleteTable leaves out what the table was like (its sample in the API reference).
        if status != .deleting {
            writeSchema(to: &json)
            writeIndexes(.local, "LocalSecondaryIndexes", to: &json)
            writeIndexes(.global, "GlobalSecondaryIndexes", to: &json)
            writeStream(to: &json)
            writeEncryption(to: &json)
        }
        writeThroughput(to: &json)
        let figures = statistics[""] ?? RelationStatistics(itemCount: record.itemCount, sizeBytes: record.sizeBytes)
        json.name("TableSizeBytes")
        json.number(figures.sizeBytes)
        json.name("ItemCount")
        json.number(figures.itemCount)
        json.name("TableArn")
        json.string(record.arn)
        json.name("TableId")
        json.string(record.tableID)
        if let tableClass = definition.tableClass {
            json.name("TableClassSummary")
            json.beginObject()
            json.name("TableClass")
            json.string(tableClass.rawValue)
            if let changed = record.details.classChanges.last {
                json.name("LastUpdateDateTime")
                json.number(text: Self.seconds(changed))
            }
            json.endObject()
        }
        writeRestore(to: &json)
        json.name("DeletionProtectionEnabled")
        json.bool(definition.deletionProtection)
        json.endObject()
    }

    /// `{"<member>": { … }}`, the body of a response.
    func body(_ member: String) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.name(member)
        write(to: &json)
        json.endObject()
        return json.bytes
    }

    private func writeSchema(to json: inout JSONWriter) {
        json.name("AttributeDefinitions")
        json.beginArray()
        for attribute in definition.attributeDefinitions { attribute.write(to: &json) }
        json.endArray()
        json.name("KeySchema")
        definition.keySchema.write(to: &json)
        json.name("CreationDateTime")
        json.number(text: Self.seconds(record.creationDate))
    }

    private func writeThroughput(to json: inout JSONWriter) {
        json.name("ProvisionedThroughput")
        write(definition.provisionedThroughput, record.details.history, to: &json)
        writeWarmThroughput(definition.provisionedThroughput, record.details.warm, to: &json)
        if let onDemand = record.details.onDemand {
            json.name("OnDemandThroughput")
            onDemand.write(to: &json)
        }
        let switched = record.details.switchesToPayPerRequest.last
        guard definition.billingMode == .payPerRequest || switched != nil else { return }
        // The second form is in no SDK; the service tells the mode in both.
        for (summary, member) in [
            ("BillingModeSummary", "BillingMode"), ("TableThroughputModeSummary", "TableThroughputMode"),
        ] {
            json.name(summary)
            json.beginObject()
            json.name(member)
            json.string(definition.billingMode.rawValue)
            // A table that is being made has not changed its mode yet.
            if status != .creating {
                json.name("LastUpdateToPayPerRequestDateTime")
                json.number(text: Self.seconds(max(switched ?? 0, record.creationDate)))
            }
            json.endObject()
        }
    }

    /// Provisioned throughput, when it was changed, and how often it was lowered today.
    private func write(
        _ throughput: Throughput?, _ history: TableDetails.ThroughputHistory, to json: inout JSONWriter
    ) {
        json.beginObject()
        for (name, time) in [
            ("LastIncreaseDateTime", history.lastIncrease), ("LastDecreaseDateTime", history.lastDecrease),
        ] {
            guard let time else { continue }
            json.name(name)
            json.number(text: Self.seconds(time))
        }
        json.name("NumberOfDecreasesToday")
        json.number(history.decreasesToday(now: now).count)
        json.name("ReadCapacityUnits")
        json.number(throughput?.readCapacityUnits ?? 0)
        json.name("WriteCapacityUnits")
        json.number(throughput?.writeCapacityUnits ?? 0)
        json.endObject()
    }

    /// What a table or index can take at once ("Understanding DynamoDB warm throughput"): what was asked for, and
    /// otherwise what is provisioned or what a new one on demand takes. Told of what is active.
    private func writeWarmThroughput(
        _ provisioned: Throughput?, _ asked: WarmThroughput?, to json: inout JSONWriter
    ) {
        guard status == .active || (status == .updating && asked != nil) else { return }
        json.name("WarmThroughput")
        json.beginObject()
        WarmThroughput(definition.billingMode, provisioned).raised(to: asked).writeMembers(to: &json)
        json.name("Status")
        json.string(status.rawValue)
        json.endObject()
    }

    private func writeIndexes(_ kind: IndexDefinition.Kind, _ member: String, to json: inout JSONWriter) {
        let indexes = record.indexes.filter { $0.definition.kind == kind }
        guard !indexes.isEmpty else { return }
        json.name(member)
        json.beginArray()
        for index in indexes { write(index, to: &json) }
        json.endArray()
    }

    private func write(_ index: IndexRecord, to json: inout JSONWriter) {
        let figures = statistics[index.definition.name] ?? RelationStatistics(itemCount: 0, sizeBytes: 0)
        json.beginObject()
        json.name("IndexName")
        json.string(index.definition.name)
        json.name("KeySchema")
        index.definition.keySchema.write(to: &json)
        json.name("Projection")
        index.definition.projection.write(to: &json)
        if index.definition.kind == .global { writeGlobal(index, to: &json) }
        json.name("IndexSizeBytes")
        json.number(figures.sizeBytes)
        json.name("ItemCount")
        json.number(figures.itemCount)
        json.name("IndexArn")
        json.string(record.indexARN(index.definition.name))
        json.endObject()
    }

    private func writeGlobal(_ index: IndexRecord, to json: inout JSONWriter) {
        let name = index.definition.name
        let details = record.details.indexes[name] ?? TableDetails.Index()
        var shown = index.status
        if status == .creating { shown = .creating }
        if changedIndexes.contains(name), shown == .active { shown = .updating }
        json.name("IndexStatus")
        json.string(shown.rawValue)
        // Not of indexes that are made with their table.
        if index.status == .creating {
            json.name("Backfilling")
            json.bool(name != startedIndex)
        }
        json.name("ProvisionedThroughput")
        write(index.definition.provisionedThroughput, details.history, to: &json)
        if index.status == .active {
            writeWarmThroughput(index.definition.provisionedThroughput, details.warm, to: &json)
        }
        if let onDemand = details.onDemand {
            json.name("OnDemandThroughput")
            onDemand.write(to: &json)
        }
    }

    private func writeStream(to json: inout JSONWriter) {
        if let stream = definition.streamSpecification, stream.enabled {
            json.name("StreamSpecification")
            stream.write(to: &json)
        }
        // The label outlives the stream: it is still the latest one.
        guard let label = record.streamLabel else { return }
        json.name("LatestStreamLabel")
        json.string(label)
        json.name("LatestStreamArn")
        json.string(record.arn + "/stream/" + label)
    }

    private func writeRestore(to json: inout JSONWriter) {
        guard let restore = record.details.restore else { return }
        json.name("RestoreSummary")
        json.beginObject()
        if let backup = restore.backupARN {
            json.name("SourceBackupArn")
            json.string(backup)
        }
        json.name("SourceTableArn")
        json.string(restore.tableARN)
        json.name("RestoreDateTime")
        json.number(text: Self.seconds(restore.date))
        json.name("RestoreInProgress")
        json.bool(status == .creating)
        json.endObject()
    }

    private func writeEncryption(to json: inout JSONWriter) {
        guard let sse = definition.sse, sse.enabled else { return }
        json.name("SSEDescription")
        json.beginObject()
        json.name("Status")
        json.string("ENABLED")
        json.name("SSEType")
        json.string(sse.type ?? "KMS")
        json.name("KMSMasterKeyArn")
        json.string(keyARN(sse.kmsMasterKeyID))
        json.endObject()
    }

    /// The key as the service names it, whatever form the request named it in. Where it named none, the key is the
    /// account's own for DynamoDB; there is no such key here, so its identifier is zeros.
    private func keyARN(_ identifier: String?) -> String {
        let identifier = identifier ?? "00000000-0000-0000-0000-000000000000"
        guard !identifier.hasPrefix("arn:") else { return identifier }
        // arn:aws:dynamodb:REGION:ACCOUNT:table/NAME
        let parts = record.arn.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6 else { return identifier }
        let resource = identifier.hasPrefix("alias/") ? identifier : "key/\(identifier)"
        return "\(parts[0]):\(parts[1]):kms:\(parts[3]):\(parts[4]):\(resource)"
    }

    /// Seconds since 1970 to the millisecond, as DynamoDB writes dates.
    static func seconds(_ time: Double) -> String {
        let milliseconds = Int64((time * 1000).rounded())
        let fraction = String(abs(milliseconds % 1000))
        return "\(milliseconds / 1000)." + String(repeating: "0", count: 3 - fraction.utf8.count) + fraction
    }
}
