import DynamoModel
import ExtendDBLayout

/// The `TableDescription` of the API: what DescribeTable, CreateTable and DeleteTable tell of a table.
struct TableDescription {
    var record: TableRecord
    /// Status to tell instead of the recorded one: a table is made and deleted within the request, and clients
    /// expect `CREATING` and `DELETING` in the answer.
    var status: TableStatus
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
            json.endObject()
        }
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
        (definition.provisionedThroughput ?? .zero).writeDescription(to: &json)
        writeWarmThroughput(definition.provisionedThroughput, to: &json)
        guard definition.billingMode == .payPerRequest else { return }
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
                json.number(text: Self.seconds(record.creationDate))
            }
            json.endObject()
        }
    }

    /// What a table or index can take at once ("Understanding DynamoDB warm throughput"): for a new one that is
    /// 12,000 reads and 4,000 writes a second on demand, and otherwise what is provisioned. Told of what is active.
    private func writeWarmThroughput(_ provisioned: Throughput?, to json: inout JSONWriter) {
        guard status == .active else { return }
        let warm = provisioned ?? Throughput(readCapacityUnits: 12_000, writeCapacityUnits: 4_000)
        json.name("WarmThroughput")
        json.beginObject()
        json.name("ReadUnitsPerSecond")
        json.number(warm.readCapacityUnits)
        json.name("WriteUnitsPerSecond")
        json.number(warm.writeCapacityUnits)
        json.name("Status")
        json.string(TableStatus.active.rawValue)
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
        if index.definition.kind == .global {
            json.name("IndexStatus")
            json.string((status == .creating ? .creating : index.status).rawValue)
            json.name("ProvisionedThroughput")
            (index.definition.provisionedThroughput ?? .zero).writeDescription(to: &json)
            writeWarmThroughput(index.definition.provisionedThroughput, to: &json)
        }
        json.name("IndexSizeBytes")
        json.number(figures.sizeBytes)
        json.name("ItemCount")
        json.number(figures.itemCount)
        json.name("IndexArn")
        json.string(record.indexARN(index.definition.name))
        json.endObject()
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
