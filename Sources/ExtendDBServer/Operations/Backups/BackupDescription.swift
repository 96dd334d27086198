import DynamoModel
import ExtendDBLayout

/// The shapes in which the API tells of backups.
enum BackupDescription {
    /// What is kept of the table: DescribeTable's answer, and the attribute of time to live.
    static func snapshot(_ description: TableDescription, timeToLive: String?) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.name("Table")
        description.write(to: &json)
        if let timeToLive {
            json.name("TimeToLiveAttribute")
            json.string(timeToLive)
        }
        json.endObject()
        return json.bytes
    }

    /// `BackupDetails`.
    static func write(_ backup: BackupRecord, status: String, to json: inout JSONWriter) {
        json.beginObject()
        writeMembers(backup, status: status, to: &json)
        json.endObject()
    }

    private static func writeMembers(_ backup: BackupRecord, status: String, to json: inout JSONWriter) {
        json.name("BackupArn")
        json.string(backup.arn)
        json.name("BackupName")
        json.string(backup.name)
        json.name("BackupSizeBytes")
        json.number(backup.sizeBytes)
        json.name("BackupStatus")
        json.string(status)
        json.name("BackupType")
        json.string("USER")
        json.name("BackupCreationDateTime")
        json.number(text: TableDescription.seconds(backup.creationDate))
    }

    /// `BackupSummary`.
    static func writeSummary(_ backup: BackupRecord, to json: inout JSONWriter) {
        json.beginObject()
        json.name("TableName")
        json.string(backup.tableName)
        json.name("TableId")
        json.string(backup.tableID)
        json.name("TableArn")
        json.string(backup.tableARN)
        writeMembers(backup, status: backup.status, to: &json)
        json.endObject()
    }

    /// `{"BackupDescription": …}`, the answer to DescribeBackup and DeleteBackup.
    static func body(_ backup: BackupRecord, status: String) throws(WireError) -> [UInt8] {
        let definition = try backup.definition()
        let table = backup.described["Table"] ?? .null
        var json = JSONWriter()
        json.beginObject()
        json.name("BackupDescription")
        json.beginObject()
        json.name("BackupDetails")
        write(backup, status: status, to: &json)
        json.name("SourceTableDetails")
        writeSource(backup, definition, table, to: &json)
        json.name("SourceTableFeatureDetails")
        writeFeatures(backup, definition, table, to: &json)
        json.endObject()
        json.endObject()
        return json.bytes
    }

    private static func writeSource(
        _ backup: BackupRecord, _ definition: TableDefinition, _ table: JSONValue, to json: inout JSONWriter
    ) {
        json.beginObject()
        json.name("TableName")
        json.string(backup.tableName)
        json.name("TableId")
        json.string(backup.tableID)
        json.name("TableArn")
        json.string(backup.tableARN)
        json.name("TableSizeBytes")
        json.number(backup.sizeBytes)
        json.name("KeySchema")
        definition.keySchema.write(to: &json)
        json.name("TableCreationDateTime")
        json.value(table["CreationDateTime"] ?? .number(TableDescription.seconds(backup.creationDate)))
        json.name("ProvisionedThroughput")
        (definition.provisionedThroughput ?? .zero).write(to: &json)
        if let onDemand = table["OnDemandThroughput"] {
            json.name("OnDemandThroughput")
            json.value(onDemand)
        }
        json.name("ItemCount")
        json.number(backup.itemCount)
        json.name("BillingMode")
        json.string(definition.billingMode.rawValue)
        json.endObject()
    }

    private static func writeFeatures(
        _ backup: BackupRecord, _ definition: TableDefinition, _ table: JSONValue, to json: inout JSONWriter
    ) {
        json.beginObject()
        for (member, indexes) in [
            ("LocalSecondaryIndexes", definition.localIndexes), ("GlobalSecondaryIndexes", definition.globalIndexes),
        ] where !indexes.isEmpty {
            json.name(member)
            json.beginArray()
            for index in indexes {
                json.beginObject()
                json.name("IndexName")
                json.string(index.name)
                json.name("KeySchema")
                index.keySchema.write(to: &json)
                json.name("Projection")
                index.projection.write(to: &json)
                if index.kind == .global {
                    json.name("ProvisionedThroughput")
                    (index.provisionedThroughput ?? .zero).write(to: &json)
                }
                json.endObject()
            }
            json.endArray()
        }
        if let stream = definition.streamSpecification, stream.enabled {
            json.name("StreamDescription")
            stream.write(to: &json)
        }
        if let attribute = backup.described["TimeToLiveAttribute"]?.stringValue {
            json.name("TimeToLiveDescription")
            json.beginObject()
            json.name("TimeToLiveStatus")
            json.string("ENABLED")
            json.name("AttributeName")
            json.string(attribute)
            json.endObject()
        }
        if let encryption = table["SSEDescription"] {
            json.name("SSEDescription")
            json.value(encryption)
        }
        json.endObject()
    }
}
