/// What a restore changes of the table that it makes.
package struct RestoreOverrides: Sendable {
    let billingMode: BillingMode?
    let throughput: Throughput?
    let onDemand: OnDemandThroughput?
    let globalIndexes: [IndexRequest]?
    let localIndexes: [IndexRequest]?
    let sse: SSESpecification?

    fileprivate init(_ reader: inout RequestReader) throws(WireError) {
        billingMode = try reader.enumeration("BillingModeOverride")
        throughput = try reader.throughput("ProvisionedThroughputOverride")
        onDemand = try reader.onDemandThroughput("OnDemandThroughputOverride")
        globalIndexes = try reader.indexes(.global, member: "GlobalSecondaryIndexOverride")
        localIndexes = try reader.indexes(.local, member: "LocalSecondaryIndexOverride")
        sse = try reader.sseSpecification("SSESpecificationOverride").map { request throws(WireError) in
            try request.specification()
        }
    }

    /// The table to make: the source's definition under another name, without what a restore does not bring back
    /// (tags, stream, deletion protection).
    package func applied(
        to source: TableDefinition, _ details: TableDetails, name: String
    ) throws(WireError) -> (TableDefinition, TableDetails) {
        var definition = source
        var restored = TableDetails()
        restored.onDemand = details.onDemand
        for (index, one) in details.indexes {
            restored.indexes[index] = TableDetails.Index()
            restored.indexes[index]?.onDemand = one.onDemand
        }
        definition.name = name
        definition.tags = []
        definition.streamSpecification = nil
        definition.deletionProtection = false
        if let sse { definition.sse = sse.enabled ? sse : nil }
        definition.indexes =
            try kept(localIndexes, source.localIndexes, "LocalSecondaryIndexOverride")
            + kept(globalIndexes, source.globalIndexes, "GlobalSecondaryIndexOverride")
        let used = Set(([definition.keySchema] + definition.indexes.map(\.keySchema)).flatMap(\.attributeNames))
        definition.attributeDefinitions.removeAll { !used.contains($0.name) }
        try applyCapacity(to: &definition, &restored)
        restored.indexes = restored.indexes.filter {
            definition.index(named: $0.key) != nil && $0.value.onDemand != nil
        }
        return (definition, restored)
    }

    /// Indexes can be left out, not added ("you can exclude some or all of the indexes from being created on the new
    /// restored table").
    private func kept(
        _ wanted: [IndexRequest]?, _ source: [IndexDefinition], _ member: String
    ) throws(WireError) -> [IndexDefinition] {
        guard let wanted else { return source }
        var kept: [IndexDefinition] = []
        for index in wanted {
            let names = index.keys.map(\.name)
            guard var found = source.first(where: { $0.name == index.name && $0.keySchema.attributeNames == names })
            else {
                throw .invalidParameter("\(member) has an index that the source table does not have: \(index.name)")
            }
            if let throughput = index.throughput { found.provisionedThroughput = throughput }
            kept.append(found)
        }
        return kept
    }

    private func applyCapacity(
        to definition: inout TableDefinition, _ details: inout TableDetails
    ) throws(WireError) {
        let mode = billingMode ?? definition.billingMode
        switch mode {
        case .payPerRequest:
            if throughput != nil {
                throw .invalidParameter(
                    "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is "
                        + "PAY_PER_REQUEST")
            }
            definition.provisionedThroughput = nil
            for position in definition.indexes.indices { definition.indexes[position].provisionedThroughput = nil }
        case .provisioned:
            definition.provisionedThroughput = throughput ?? definition.provisionedThroughput
            guard let throughput = definition.provisionedThroughput else {
                throw .invalidParameter(
                    "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED")
            }
            for position in definition.indexes.indices where definition.indexes[position].kind == .global {
                definition.indexes[position].provisionedThroughput =
                    definition.indexes[position].provisionedThroughput ?? throughput
            }
            details.onDemand = nil
            details.indexes = [:]
        }
        definition.billingMode = mode
        if let onDemand {
            try ThroughputRules.check(onDemand, mode, "")
            details.onDemand = (details.onDemand ?? OnDemandThroughput()).changed(by: onDemand)
        }
    }
}

/// RestoreTableFromBackup.
package struct RestoreTableFromBackupRequest: Sendable {
    package let targetTableName: String
    package let backupARN: String
    package let overrides: RestoreOverrides

    package init(json: JSONValue) throws(WireError) {
        var reader = try RequestReader(json, "RestoreTableFromBackupInput")
        targetTableName = try reader.targetTableName()
        backupARN = try reader.backupARNParameter()
        overrides = try RestoreOverrides(&reader)
        try reader.finish()
    }
}

/// RestoreTableToPointInTime.
package struct RestoreTableToPointInTimeRequest: Sendable {
    /// A name, or the table's ARN.
    package let source: String
    package let targetTableName: String
    /// Unix seconds; `nil`: the latest moment there is.
    package let restoreDateTime: Double?
    package let overrides: RestoreOverrides

    package init(json: JSONValue) throws(WireError) {
        var reader = try RequestReader(json, "RestoreTableToPointInTimeInput")
        let arn = try reader.string("SourceTableArn")
        let name = try reader.resourceName("SourceTableName", Limits.tableNameLength)
        targetTableName = try reader.targetTableName()
        let useLatest = try reader.bool("UseLatestRestorableTime") ?? false
        restoreDateTime = try reader.timestamp("RestoreDateTime")
        overrides = try RestoreOverrides(&reader)
        try reader.finish()
        switch (arn, name) {
        case (let source?, nil), (nil, let source?): self.source = source
        case (nil, nil), (_?, _?):
            throw .invalidParameter("Exactly one of SourceTableName and SourceTableArn must be specified")
        }
        if useLatest == (restoreDateTime != nil) {
            throw .invalidParameter(
                "Exactly one of UseLatestRestorableTime and RestoreDateTime must be specified")
        }
    }
}

extension RequestReader {
    fileprivate mutating func targetTableName() throws(WireError) -> String {
        require("TargetTableName")
        return try resourceName("TargetTableName", Limits.tableNameLength) ?? ""
    }
}
