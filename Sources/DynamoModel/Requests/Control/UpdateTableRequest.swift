/// UpdateTable, with every rule checked that needs no look at the table.
package struct UpdateTableRequest: Sendable {
    /// An element of `GlobalSecondaryIndexUpdates`.
    enum IndexUpdate {
        case create(IndexRequest)
        case update(name: String, Throughput?, OnDemandThroughput?, WarmThroughput?)
        case delete(name: String)

        var name: String {
            switch self {
            case .create(let index): index.name
            case .update(let name, _, _, _), .delete(let name): name
            }
        }
    }

    /// A name, or the table's ARN.
    package let tableName: String
    let attributes: [AttributeDefinition]
    let billingMode: BillingMode?
    let throughput: Throughput?
    let indexUpdates: [IndexUpdate]
    let stream: StreamSpecification?
    let sse: SSESpecification?
    let tableClass: TableClass?
    let deletionProtection: Bool?
    let onDemand: OnDemandThroughput?
    let warm: WarmThroughput?
    /// The regions that `ReplicaUpdates` names.
    package let replicaRegions: [String]
    /// Whether something is asked for that only a table with replicas has.
    package let asksForReplication: Bool

    package init(json: JSONValue) throws(WireError) {
        var reader = try RequestReader(json, "UpdateTableInput")
        tableName = try reader.tableName()
        attributes = try reader.has("AttributeDefinitions") ? reader.attributeDefinitions() : []
        billingMode = try reader.enumeration("BillingMode")
        throughput = try reader.throughput()
        indexUpdates = try reader.indexUpdates()
        stream = try reader.streamSpecification()
        let encryption = try reader.sseSpecification()
        let tableClassName = try reader.string("TableClass")
        deletionProtection = try reader.bool("DeletionProtectionEnabled")
        onDemand = try reader.onDemandThroughput()
        warm = try reader.warmThroughput()
        replicaRegions = try reader.replicaRegions()
        asksForReplication =
            ["MultiRegionConsistency", "GlobalTableWitnessUpdates", "GlobalTableSettingsReplicationMode"]
            .contains { reader.has($0) }
        try reader.finish()
        sse = try encryption.map { request throws(WireError) in try request.specification() }
        tableClass = try tableClassName.map(CreateTableRequest.tableClass)
        try check()
    }

    private func check() throws(WireError) {
        let nothing =
            billingMode == nil && throughput == nil && indexUpdates.isEmpty && stream == nil && sse == nil
            && tableClass == nil && deletionProtection == nil && onDemand == nil && warm == nil
            && replicaRegions.isEmpty && !asksForReplication
        if nothing {
            throw .validation(
                "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, "
                    + "GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required")
        }
        if billingMode == .payPerRequest, throughput != nil {
            throw .invalidParameter(
                "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST")
        }
        try ThroughputRules.checkBounds(throughput)
        for update in indexUpdates {
            switch update {
            case .create(let index): try ThroughputRules.checkBounds(index.throughput, index: index.name)
            case .update(let name, let throughput, _, _): try ThroughputRules.checkBounds(throughput, index: name)
            case .delete: break
            }
        }
        var seen: Set<String> = []
        for update in indexUpdates where !seen.insert(update.name).inserted {
            throw .invalidParameter(
                "Only one global secondary index update per index is allowed simultaneously. Index: \(update.name)")
        }
        var definitions: Set<Text> = []
        for attribute in attributes where !definitions.insert(attribute.name).inserted {
            throw .validation("Attribute Name is duplicated: \(attribute.name)")
        }
        if let stream {
            if stream.enabled, stream.viewType == nil {
                throw .invalidParameter("StreamViewType is required when StreamEnabled is true")
            }
            if !stream.enabled, stream.viewType != nil {
                throw .invalidParameter("StreamViewType should not be specified when StreamEnabled is false")
            }
        }
    }
}

extension RequestReader {
    fileprivate mutating func indexUpdates() throws(WireError) -> [UpdateTableRequest.IndexUpdate] {
        var updates: [UpdateTableRequest.IndexUpdate] = []
        for (index, element) in (try list("GlobalSecondaryIndexUpdates") ?? []).enumerated() {
            var nested = try RequestReader(
                element, "GlobalSecondaryIndexUpdate",
                path: "\(path)globalSecondaryIndexUpdates.\(index + 1).member.")
            if let update = try nested.indexUpdate() { updates.append(update) }
            merge(nested)
        }
        return updates
    }

    /// - Returns: `nil` for an update that breaks a constraint, which is noted.
    private mutating func indexUpdate() throws(WireError) -> UpdateTableRequest.IndexUpdate? {
        var found: [UpdateTableRequest.IndexUpdate?] = []
        if var update = try structure("Update", "UpdateGlobalSecondaryIndexAction") {
            update.require("IndexName")
            let name = try update.resourceName("IndexName", Limits.indexNameLength)
            let throughput = try update.throughput()
            let onDemand = try update.onDemandThroughput()
            let warm = try update.warmThroughput()
            merge(update)
            found.append(name.map { .update(name: $0, throughput, onDemand, warm) })
        }
        if var create = try structure("Create", "CreateGlobalSecondaryIndexAction") {
            let index = try create.index(.global)
            merge(create)
            found.append(.create(index))
        }
        if var delete = try structure("Delete", "DeleteGlobalSecondaryIndexAction") {
            delete.require("IndexName")
            let name = try delete.resourceName("IndexName", Limits.indexNameLength)
            merge(delete)
            found.append(name.map { .delete(name: $0) })
        }
        guard failures.isEmpty else { return nil }
        guard found.count == 1, let update = found[0] else {
            throw .invalidParameter(
                "GlobalSecondaryIndexUpdate must contain exactly one of Create, Update or Delete")
        }
        if case .update(_, nil, nil, nil) = update {
            throw .invalidParameter(
                "At least one of ProvisionedThroughput, OnDemandThroughput or WarmThroughput is required for index: "
                    + update.name)
        }
        return update
    }

    /// The regions of `ReplicaUpdates`.
    fileprivate mutating func replicaRegions() throws(WireError) -> [String] {
        guard let list = try list("ReplicaUpdates") else { return [] }
        checkLength(list.count, 1...Int.max, of: "[]", at: "ReplicaUpdates")
        var regions: [String] = []
        for (index, element) in list.enumerated() {
            let nested = try RequestReader(
                element, "ReplicationGroupUpdate", path: "\(path)replicaUpdates.\(index + 1).member.")
            for (member, name) in [
                ("Create", "CreateReplicationGroupMemberAction"), ("Update", "UpdateReplicationGroupMemberAction"),
                ("Delete", "DeleteReplicationGroupMemberAction"),
            ] {
                guard var action = try nested.structure(member, name) else { continue }
                action.require("RegionName")
                let region = try action.string("RegionName")
                merge(action)
                if let region { regions.append(region) }
            }
        }
        return regions
    }
}
