package enum ContributorInsightsAction: String, Hashable, Sendable, CaseIterable, WireEnum {
    case enable = "ENABLE"
    case disable = "DISABLE"

    static let wireOrder = "ENABLE, DISABLE"
}

package enum ContributorInsightsMode: String, Hashable, Sendable, CaseIterable, WireEnum {
    case accessedAndThrottledKeys = "ACCESSED_AND_THROTTLED_KEYS"
    case throttledKeys = "THROTTLED_KEYS"

    static let wireOrder = "ACCESSED_AND_THROTTLED_KEYS, THROTTLED_KEYS"
}

/// DescribeContributorInsights.
package struct DescribeContributorInsightsRequest: Sendable {
    /// A name, or the table's ARN.
    package let tableName: String
    package let indexName: String?

    package init(json: JSONValue) throws(WireError) {
        var reader = try RequestReader(json, "DescribeContributorInsightsInput")
        tableName = try reader.tableName()
        indexName = try reader.resourceName("IndexName", Limits.indexNameLength)
        try reader.finish()
    }
}

/// UpdateContributorInsights.
package struct UpdateContributorInsightsRequest: Sendable {
    /// A name, or the table's ARN.
    package let tableName: String
    package let indexName: String?
    package let action: ContributorInsightsAction
    package let mode: ContributorInsightsMode?

    package init(json: JSONValue) throws(WireError) {
        var reader = try RequestReader(json, "UpdateContributorInsightsInput")
        tableName = try reader.tableName()
        indexName = try reader.resourceName("IndexName", Limits.indexNameLength)
        reader.require("ContributorInsightsAction")
        let action: ContributorInsightsAction? = try reader.enumeration("ContributorInsightsAction")
        mode = try reader.enumeration("ContributorInsightsMode")
        try reader.finish()
        self.action = action ?? .disable
    }
}

/// ListContributorInsights.
package struct ListContributorInsightsRequest: Sendable {
    /// A name, or the table's ARN.
    package let tableName: String?
    package let nextToken: String?
    /// At most 100.
    package let maxResults: Int

    package init(json: JSONValue) throws(WireError) {
        var reader = try RequestReader(json, "ListContributorInsightsInput")
        tableName = try reader.has("TableName") ? reader.tableName() : nil
        nextToken = try reader.string("NextToken")
        let limit = try reader.integer("MaxResults")
        reader.checkValue(limit, Int.min...100, at: "MaxResults")
        try reader.finish()
        maxResults = limit.map { $0 < 1 ? 100 : $0 } ?? 100
    }
}
