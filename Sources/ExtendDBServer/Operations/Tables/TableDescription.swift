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
        json.name("AttributeDefinitions")
        json.beginArray()
        for attribute in definition.attributeDefinitions { attribute.write(to: &json) }
        json.endArray()
        json.name("TableName")
        json.string(definition.name)
        json.name("KeySchema")
        definition.keySchema.write(to: &json)
        json.name("TableStatus")
        json.string(status.rawValue)
        json.name("CreationDateTime")
        json.number(text: Self.seconds(record.creationDate))
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
        writeIndexes(.local, "LocalSecondaryIndexes", to: &json)
        writeIndexes(.global, "GlobalSecondaryIndexes", to: &json)
        writeStream(to: &json)
        writeEncryption(to: &json)
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

    private func writeThroughput(to json: inout JSONWriter) {
        let throughput = definition.provisionedThroughput ?? .zero
        json.name("ProvisionedThroughput")
        throughput.writeDescription(to: &json)
        guard definition.billingMode == .payPerRequest else { return }
        json.name("BillingModeSummary")
        json.beginObject()
        json.name("BillingMode")
        json.string(definition.billingMode.rawValue)
        json.name("LastUpdateToPayPerRequestDateTime")
        json.number(text: Self.seconds(record.creationDate))
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
        guard let stream = definition.streamSpecification, stream.enabled else { return }
        json.name("StreamSpecification")
        stream.write(to: &json)
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
        if let key = sse.kmsMasterKeyID {
            json.name("KMSMasterKeyArn")
            json.string(key)
        }
        json.endObject()
    }

    /// Seconds since 1970 to the millisecond, as DynamoDB writes dates.
    static func seconds(_ time: Double) -> String {
        let milliseconds = Int64((time * 1000).rounded())
        let fraction = String(abs(milliseconds % 1000))
        return "\(milliseconds / 1000)." + String(repeating: "0", count: 3 - fraction.utf8.count) + fraction
    }
}
