/// What a `TableDescription` says about a table beside its definition: supplied by the server at run time.
package struct TableRuntime: Hashable, Sendable {
    package struct Index: Hashable, Sendable {
        /// `CREATING`, `ACTIVE`, `UPDATING` or `DELETING`.
        package var status: String
        package var itemCount: Int
        package var sizeBytes: Int

        package init(status: String = "ACTIVE", itemCount: Int = 0, sizeBytes: Int = 0) {
            self.status = status
            self.itemCount = itemCount
            self.sizeBytes = sizeBytes
        }
    }

    package var arn: String
    package var tableID: String
    /// `CREATING`, `ACTIVE`, `UPDATING` or `DELETING`.
    package var status: String
    /// Unix time in seconds.
    package var creationDate: Double
    package var itemCount: Int
    package var sizeBytes: Int
    /// By index name; an index that is not here is active and empty.
    package var indexes: [String: Index]
    /// The label of the stream, which its ARN ends in, when the table has one.
    package var streamLabel: String?

    package init(
        arn: String, tableID: String, status: String = "ACTIVE", creationDate: Double, itemCount: Int = 0,
        sizeBytes: Int = 0, indexes: [String: Index] = [:], streamLabel: String? = nil
    ) {
        self.arn = arn
        self.tableID = tableID
        self.status = status
        self.creationDate = creationDate
        self.itemCount = itemCount
        self.sizeBytes = sizeBytes
        self.indexes = indexes
        self.streamLabel = streamLabel
    }
}

extension TableDefinition {
    /// Writes the `TableDescription` structure of CreateTable, DescribeTable and DeleteTable.
    package func writeDescription(_ runtime: TableRuntime, to json: inout JSONWriter) {
        json.beginObject()
        json.member("TableName", name)
        json.member("TableArn", runtime.arn)
        json.member("TableId", runtime.tableID)
        json.member("TableStatus", runtime.status)
        json.name("CreationDateTime")
        json.number(seconds: runtime.creationDate)
        json.member("ItemCount", runtime.itemCount)
        json.member("TableSizeBytes", runtime.sizeBytes)
        json.name("AttributeDefinitions")
        json.beginArray()
        for attribute in attributeDefinitions { attribute.write(to: &json) }
        json.endArray()
        json.name("KeySchema")
        keySchema.write(to: &json)
        json.name("ProvisionedThroughput")
        (provisionedThroughput ?? .zero).writeDescription(to: &json)
        writeBilling(runtime, to: &json)
        writeIndexes("GlobalSecondaryIndexes", globalIndexes, runtime, to: &json)
        writeIndexes("LocalSecondaryIndexes", localIndexes, runtime, to: &json)
        writeStream(runtime, to: &json)
        writeEncryption(to: &json)
        if let tableClass {
            json.name("TableClassSummary")
            json.beginObject()
            json.member("TableClass", tableClass.rawValue)
            json.endObject()
        }
        json.name("DeletionProtectionEnabled")
        json.bool(deletionProtection)
        json.endObject()
    }

    private func writeBilling(_ runtime: TableRuntime, to json: inout JSONWriter) {
        guard billingMode == .payPerRequest else { return }
        json.name("BillingModeSummary")
        json.beginObject()
        json.member("BillingMode", billingMode.rawValue)
        json.name("LastUpdateToPayPerRequestDateTime")
        json.number(seconds: runtime.creationDate)
        json.endObject()
    }

    private func writeIndexes(
        _ member: String, _ indexes: [IndexDefinition], _ runtime: TableRuntime, to json: inout JSONWriter
    ) {
        guard !indexes.isEmpty else { return }
        json.name(member)
        json.beginArray()
        for index in indexes {
            index.writeDescription(runtime.indexes[index.name] ?? .init(), tableARN: runtime.arn, to: &json)
        }
        json.endArray()
    }

    private func writeStream(_ runtime: TableRuntime, to json: inout JSONWriter) {
        guard let streamSpecification, streamSpecification.enabled else { return }
        json.name("StreamSpecification")
        streamSpecification.write(to: &json)
        guard let label = runtime.streamLabel else { return }
        json.member("LatestStreamLabel", label)
        json.member("LatestStreamArn", "\(runtime.arn)/stream/\(label)")
    }

    /// Encryption by a key of AWS's own, the default, is not described.
    private func writeEncryption(to json: inout JSONWriter) {
        guard let sse, sse.enabled else { return }
        json.name("SSEDescription")
        json.beginObject()
        json.member("Status", "ENABLED")
        json.member("SSEType", sse.type ?? "KMS")
        if let key = sse.kmsMasterKeyID { json.member("KMSMasterKeyArn", key) }
        json.endObject()
    }
}

extension IndexDefinition {
    /// Local indexes have neither a status nor a throughput of their own.
    fileprivate func writeDescription(_ runtime: TableRuntime.Index, tableARN: String, to json: inout JSONWriter) {
        json.beginObject()
        json.member("IndexName", name)
        json.member("IndexArn", "\(tableARN)/index/\(name)")
        json.name("KeySchema")
        keySchema.write(to: &json)
        json.name("Projection")
        projection.write(to: &json)
        json.member("ItemCount", runtime.itemCount)
        json.member("IndexSizeBytes", runtime.sizeBytes)
        if kind == .global {
            json.member("IndexStatus", runtime.status)
            json.name("ProvisionedThroughput")
            (provisionedThroughput ?? .zero).writeDescription(to: &json)
        }
        json.endObject()
    }
}

extension JSONWriter {
    /// A name and its string.
    package mutating func member(_ name: String, _ value: String) {
        self.name(name)
        string(value)
    }

    /// A name and its number.
    package mutating func member(_ name: String, _ value: Int) {
        self.name(name)
        number(value)
    }

    /// A time as DynamoDB writes it: seconds with up to three decimals, never in exponent form.
    package mutating func number(seconds: Double) {
        let milliseconds = Int((seconds * 1000).rounded())
        let (whole, part) = milliseconds.quotientAndRemainder(dividingBy: 1000)
        guard part != 0 else { return number(whole) }
        let digits = String(part.magnitude)
        let padded = String(repeating: "0", count: 3 - digits.count) + digits
        number(text: (milliseconds < 0 && whole == 0 ? "-" : "") + "\(whole).\(padded)")
    }
}
