/// The operations of global tables, version 2017.11.29: they name a global table, and some of them regions.
package struct GlobalTableRequest: Sendable {
    package let name: String
    /// Regions of `ReplicationGroup` or `ReplicaUpdates`.
    package let regions: [String]

    /// - Parameter required: a member that must be there beside the name.
    package init(json: JSONValue, _ input: String, required: String? = nil) throws(WireError) {
        var reader = try RequestReader(json, input)
        reader.require("GlobalTableName")
        name = try reader.resourceName("GlobalTableName", Limits.tableNameLength) ?? ""
        if let required { reader.require(required) }
        var regions: [String] = []
        for element in try reader.list("ReplicationGroup") ?? [] {
            if let region = element["RegionName"]?.stringValue { regions.append(region) }
        }
        for element in try reader.list("ReplicaUpdates") ?? [] {
            for member in ["Create", "Delete"] {
                if let region = element[member]?["RegionName"]?.stringValue { regions.append(region) }
            }
        }
        try reader.finish()
        self.regions = regions
        if let required, try reader.list(required)?.isEmpty ?? true {
            throw .invalidParameter("\(required) must not be empty")
        }
    }
}

/// ListGlobalTables.
package struct ListGlobalTablesRequest: Sendable {
    package init(json: JSONValue) throws(WireError) {
        var reader = try RequestReader(json, "ListGlobalTablesInput")
        _ = try reader.resourceName("ExclusiveStartGlobalTableName", Limits.tableNameLength)
        reader.checkValue(try reader.integer("Limit"), 1...Int.max, at: "Limit")
        _ = try reader.string("RegionName")
        try reader.finish()
    }
}

/// UpdateTableReplicaAutoScaling.
package struct UpdateTableReplicaAutoScalingRequest: Sendable {
    /// A name, or the table's ARN.
    package let tableName: String

    package init(json: JSONValue) throws(WireError) {
        var reader = try RequestReader(json, "UpdateTableReplicaAutoScalingInput")
        tableName = try reader.tableName()
        for member in ["GlobalSecondaryIndexUpdates", "ReplicaUpdates"] {
            if let list = try reader.list(member) {
                reader.checkLength(list.count, 1...Int.max, of: "[]", at: member)
            }
        }
        try reader.finish()
        guard
            ["GlobalSecondaryIndexUpdates", "ReplicaUpdates", "ProvisionedWriteCapacityAutoScalingUpdate"]
                .contains(where: { reader.has($0) })
        else {
            throw .validation(
                "At least one of GlobalSecondaryIndexUpdates, ProvisionedWriteCapacityAutoScalingUpdate or "
                    + "ReplicaUpdates is required")
        }
    }
}
