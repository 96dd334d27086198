package import DynamoModel
import ExtendDBLayout
import Postgres

/// Contributor insights: the setting is kept and told. There is no CloudWatch here, so no rule collects anything, and
/// none is named.
extension TableOperations {
    package func describeContributorInsights(
        _ request: DescribeContributorInsightsRequest, _ context: RequestContext
    ) async throws(WireError) -> [UInt8] {
        let record = try await observed(request.tableName, request.indexName, context)
        let found = try await settings(context, of: record).first { $0.indexName == request.indexName }
        var json = JSONWriter()
        json.beginObject()
        Self.writeNames(record.definition.name, request.indexName, to: &json)
        json.name("ContributorInsightsRuleList")
        json.beginArray()
        json.endArray()
        json.name("ContributorInsightsStatus")
        json.string(found?.enabled == true ? "ENABLED" : "DISABLED")
        if let found {
            json.name("LastUpdateDateTime")
            json.number(text: TableDescription.seconds(found.updatedAt))
            json.name("ContributorInsightsMode")
            json.string(found.mode)
        }
        json.endObject()
        return json.bytes
    }

    package func updateContributorInsights(
        _ request: UpdateContributorInsightsRequest, _ context: RequestContext
    ) async throws(WireError) -> [UInt8] {
        let record = try await observed(request.tableName, request.indexName, context)
        let catalog = try await gate.catalog()
        let enables = request.action == .enable
        let current = try await settings(context, of: record).first { $0.indexName == request.indexName }
        let mode = request.mode?.rawValue ?? current?.mode ?? ContributorInsightsMode.accessedAndThrottledKeys.rawValue
        let setting = ContributorInsights(
            tableName: record.definition.name, indexName: request.indexName, mode: mode, enabled: enables,
            updatedAt: context.now)
        try await PostgresErrors.wire {
            try await retryingTransient {
                try await catalog.set(setting, tableID: record.tableID, on: databases.catalog)
            }
        }
        var json = JSONWriter()
        json.beginObject()
        Self.writeNames(record.definition.name, request.indexName, to: &json)
        json.name("ContributorInsightsStatus")
        json.string(enables ? "ENABLING" : "DISABLING")
        json.name("ContributorInsightsMode")
        json.string(mode)
        json.endObject()
        return json.bytes
    }

    package func listContributorInsights(
        _ request: ListContributorInsightsRequest, _ context: RequestContext
    ) async throws(WireError) -> [UInt8] {
        var record: TableRecord?
        if let name = request.tableName { record = try await observed(name, nil, context) }
        let all = try await settings(context, of: record)
        var start = 0
        if let token = request.nextToken {
            guard let position = Int(token), (0...all.count).contains(position) else {
                throw .validation("Invalid NextToken: \(token)")
            }
            start = position
        }
        let page = all.dropFirst(start).prefix(request.maxResults)
        var json = JSONWriter()
        json.beginObject()
        json.name("ContributorInsightsSummaries")
        json.beginArray()
        for setting in page {
            json.beginObject()
            Self.writeNames(setting.tableName, setting.indexName, to: &json)
            json.name("ContributorInsightsStatus")
            json.string(setting.enabled ? "ENABLED" : "DISABLED")
            json.name("ContributorInsightsMode")
            json.string(setting.mode)
            json.endObject()
        }
        json.endArray()
        if start + page.count < all.count {
            json.name("NextToken")
            json.string("\(start + page.count)")
        }
        json.endObject()
        return json.bytes
    }

    private func settings(
        _ context: RequestContext, of record: TableRecord?
    ) async throws(WireError) -> [ContributorInsights] {
        let catalog = try await gate.catalog()
        return try await PostgresErrors.wire {
            try await retryingTransient(isRead: true) {
                try await catalog.insights(
                    account: context.accountID, tableID: record?.tableID, on: databases.catalog)
            }
        }
    }

    private func observed(
        _ parameter: String, _ index: String?, _ context: RequestContext
    ) async throws(WireError) -> TableRecord {
        let record = try await existing(parameter, context)
        if let index, !record.definition.globalIndexes.contains(where: { $0.name == index }) {
            throw WireError(
                .resourceNotFoundException,
                "Requested resource not found: Table: \(record.definition.name) Index: \(index) not found")
        }
        return record
    }

    private static func writeNames(_ table: String, _ index: String?, to json: inout JSONWriter) {
        json.name("TableName")
        json.string(table)
        if let index {
            json.name("IndexName")
            json.string(index)
        }
    }
}
