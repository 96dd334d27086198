/// DescribeTable.
package struct DescribeTableRequest: Sendable {
    /// A name, or the table's ARN.
    package var tableName: String

    package init(json: JSONValue) throws(WireError) {
        var reader = try RequestReader(json, "DescribeTableInput")
        tableName = try reader.tableName()
        try reader.finish()
    }
}

/// DeleteTable.
package struct DeleteTableRequest: Sendable {
    /// A name, or the table's ARN.
    package var tableName: String

    package init(json: JSONValue) throws(WireError) {
        var reader = try RequestReader(json, "DeleteTableInput")
        tableName = try reader.tableName()
        try reader.finish()
    }
}

/// ListTables.
package struct ListTablesRequest: Sendable {
    package var exclusiveStartTableName: String?
    /// 1 to 100; 100 where the request says nothing.
    package var limit: Int

    package init(json: JSONValue) throws(WireError) {
        var reader = try RequestReader(json, "ListTablesInput")
        exclusiveStartTableName = try reader.resourceName("ExclusiveStartTableName", Limits.tableNameLength)
        let limit = try reader.integer("Limit")
        reader.checkValue(limit, 1...Limits.listTablesPage, at: "Limit")
        try reader.finish()
        self.limit = limit ?? Limits.listTablesPage
    }
}

/// DescribeTimeToLive.
package struct DescribeTimeToLiveRequest: Sendable {
    /// A name, or the table's ARN.
    package var tableName: String

    package init(json: JSONValue) throws(WireError) {
        var reader = try RequestReader(json, "DescribeTimeToLiveInput")
        tableName = try reader.tableName()
        try reader.finish()
    }
}

/// UpdateTimeToLive.
package struct UpdateTimeToLiveRequest: Sendable {
    /// A name, or the table's ARN.
    package var tableName: String
    package var attributeName: String
    package var enabled: Bool

    package init(json: JSONValue) throws(WireError) {
        var reader = try RequestReader(json, "UpdateTimeToLiveInput")
        tableName = try reader.tableName()
        reader.require("TimeToLiveSpecification")
        let nested = try reader.structure("TimeToLiveSpecification", "TimeToLiveSpecification")
        guard var specification = nested else {
            try reader.finish()
            throw .validation("TimeToLiveSpecification is missing")
        }
        specification.require("AttributeName")
        specification.require("Enabled")
        let name = try specification.string("AttributeName")
        if let name {
            specification.checkLength(
                name.utf8.count, 1...Limits.keyAttributeNameLength, of: name, at: "AttributeName")
        }
        let enabled = try specification.bool("Enabled")
        reader.merge(specification)
        try reader.finish()
        attributeName = name ?? ""
        self.enabled = enabled ?? false
    }
}
