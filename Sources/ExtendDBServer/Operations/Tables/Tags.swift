package import DynamoModel
import ExtendDBLayout
import Postgres

/// TagResource, UntagResource and ListTagsOfResource: tags of tables. They hold at once, where DynamoDB takes seconds.
extension TableOperations {
    package func tagResource(
        _ request: TagResourceRequest, _ context: RequestContext
    ) async throws(WireError) -> [UInt8] {
        let record = try await tagged(request.resourceARN, .tagResource, context)
        guard !request.tags.isEmpty else { throw .validation("Atleast one Tag needs to be provided as Input.") }
        try TagRules.check(request.tags)
        try await changeTags(of: record, request.resourceARN, context) { catalog, connection in
            try TagRules.check(count: try await catalog.setTags(request.tags, of: record.arn, on: connection))
        }
        return []
    }

    package func untagResource(
        _ request: UntagResourceRequest, _ context: RequestContext
    ) async throws(WireError) -> [UInt8] {
        let record = try await tagged(request.resourceARN, .untagResource, context)
        guard !request.tagKeys.isEmpty else {
            throw .validation("Atleast one Tag Key needs to be provided as Input.")
        }
        for key in request.tagKeys { try TagRules.checkKey(key) }
        try await changeTags(of: record, request.resourceARN, context) { catalog, connection in
            try await catalog.removeTags(request.tagKeys, of: record.arn, on: connection)
        }
        return []
    }

    package func listTagsOfResource(
        _ request: ListTagsOfResourceRequest, _ context: RequestContext
    ) async throws(WireError) -> [UInt8] {
        let record = try await tagged(request.resourceARN, .listTagsOfResource, context)
        let after = try request.nextToken.map { (token) throws(WireError) in try TagPage.key(behind: token) }
        let catalog = try await gate.catalog()
        let tags = try await PostgresErrors.wire {
            try await retryingTransient(isRead: true) {
                try await catalog.tags(of: record.arn, after: after, limit: TagPage.size + 1, on: databases.catalog)
            }
        }
        return TagPage.body(tags)
    }

    /// The table that is tagged. Indexes and streams have no tags of their own.
    private func tagged(
        _ arn: String, _ operation: Operation, _ context: RequestContext
    ) async throws(WireError) -> TableRecord {
        let resource = try ResourceARN(arn, operation: operation, context)
        guard resource.part == .table else { throw ResourceARN.invalid(arn) }
        guard let record = try await tables.record(resource.table, context.accountID) else {
            throw ResourceARN.notFound(arn)
        }
        return record
    }

    /// Changes tags under the lock of their table, so that neither a deleted table keeps tags nor two requests
    /// together exceed the limit.
    private func changeTags(
        of record: TableRecord, _ arn: String, _ context: RequestContext,
        _ change: @Sendable @escaping (Catalog, PostgresConnection) async throws -> Void
    ) async throws(WireError) {
        defer { tables.invalidate(record.definition.name, context.accountID) }
        let catalog = try await gate.catalog()
        try await PostgresErrors.wire {
            try await retryingTransient {
                try await databases.catalog.transaction { connection in
                    guard try await catalog.lockTable(record.tableID, on: connection) else {
                        throw ResourceARN.notFound(arn)
                    }
                    try await change(catalog, connection)
                }
            }
        }
    }
}

/// A page of ListTagsOfResource.
enum TagPage {
    /// As many as a table can have, so a second page is only of a table that another server tagged beyond the limit.
    static let size = Limits.tagsPerResource

    /// - Parameter tags: one more than fits if there is a next page.
    static func body(_ tags: [Tag]) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        if tags.count > size {
            json.name("NextToken")
            json.string(Base64.encode(Array(tags[size - 1].key.utf8)))
        }
        json.name("Tags")
        json.beginArray()
        for tag in tags.prefix(size) {
            json.beginObject()
            json.name("Key")
            json.string(tag.key)
            json.name("Value")
            json.string(tag.value)
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.bytes
    }

    static func key(behind token: String) throws(WireError) -> String {
        guard let bytes = Base64.decode(token), !bytes.isEmpty, let key = String(validating: bytes, as: UTF8.self)
        else { throw .validation("Invalid NextToken: \(token)") }
        return key
    }
}
