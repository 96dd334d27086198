package import DynamoModel
import ExtendDBLayout
import Postgres

/// PutResourcePolicy, GetResourcePolicy and DeleteResourcePolicy: kept and told, at once where DynamoDB takes seconds.
/// Nothing is decided by them, as by no other policy here (``Authorizer``).
extension TableOperations {
    package func putResourcePolicy(
        _ request: PutResourcePolicyRequest, _ context: RequestContext
    ) async throws(WireError) -> [UInt8] {
        let record = try await governed(request.resourceARN, .putResourcePolicy, context)
        try ResourcePolicyDocument.check(request.policy)
        let revision = try await changePolicy(of: record, request.resourceARN) { catalog, connection in
            let current = try await catalog.policy(of: request.resourceARN, on: connection)
            try Self.check(request.expectedRevisionID, current, request.resourceARN)
            // "Running it multiple times on the same resource using the same policy document will return the same
            // revision ID."
            if let current, current.document == request.policy { return current.revisionID }
            let policy = ResourcePolicy(
                document: request.policy, revisionID: Self.revision(after: current?.revisionID, now: context.now))
            try await catalog.set(policy, of: request.resourceARN, tableID: record.tableID, on: connection)
            return policy.revisionID
        }
        return Self.body(revision: revision)
    }

    package func getResourcePolicy(
        _ request: GetResourcePolicyRequest, _ context: RequestContext
    ) async throws(WireError) -> [UInt8] {
        _ = try await governed(request.resourceARN, .getResourcePolicy, context)
        let catalog = try await gate.catalog()
        let policy = try await PostgresErrors.wire {
            try await retryingTransient(isRead: true) {
                try await catalog.policy(of: request.resourceARN, on: databases.catalog)
            }
        }
        guard let policy else { throw Self.noPolicy(request.resourceARN) }
        var json = JSONWriter()
        json.beginObject()
        json.name("Policy")
        json.string(policy.document)
        json.name("RevisionId")
        json.string(policy.revisionID)
        json.endObject()
        return json.bytes
    }

    package func deleteResourcePolicy(
        _ request: DeleteResourcePolicyRequest, _ context: RequestContext
    ) async throws(WireError) -> [UInt8] {
        let record = try await governed(request.resourceARN, .deleteResourcePolicy, context)
        let revision = try await changePolicy(of: record, request.resourceARN) { catalog, connection in
            let current = try await catalog.policy(of: request.resourceARN, on: connection)
            try Self.check(request.expectedRevisionID, current, request.resourceARN)
            try await catalog.removePolicy(of: request.resourceARN, on: connection)
            return current?.revisionID
        }
        return Self.body(revision: revision)
    }

    /// The table whose policy, or whose stream's policy, is meant.
    private func governed(
        _ arn: String, _ operation: Operation, _ context: RequestContext
    ) async throws(WireError) -> TableRecord {
        let resource = try ResourceARN(arn, operation: operation, context)
        if case .index = resource.part { throw ResourceARN.invalid(arn) }
        guard let record = try await tables.record(resource.table, context.accountID) else {
            throw ResourceARN.notFound(arn)
        }
        if case .stream(let label) = resource.part, record.streamLabel != label { throw ResourceARN.notFound(arn) }
        return record
    }

    private func changePolicy<Value: Sendable>(
        of record: TableRecord, _ arn: String,
        _ change: @Sendable @escaping (Catalog, PostgresConnection) async throws -> Value
    ) async throws(WireError) -> Value {
        let catalog = try await gate.catalog()
        return try await PostgresErrors.wire {
            try await retryingTransient {
                try await databases.catalog.transaction { connection in
                    guard try await catalog.lockTable(record.tableID, on: connection) else {
                        throw ResourceARN.notFound(arn)
                    }
                    return try await change(catalog, connection)
                }
            }
        }
    }

    private static func check(
        _ expected: String?, _ current: ResourcePolicy?, _ arn: String
    ) throws(WireError) {
        guard let expected else { return }
        let matches = expected == ResourcePolicyDocument.noPolicy ? current == nil : current?.revisionID == expected
        guard matches else {
            throw WireError(
                .policyNotFoundException,
                "Resource-based policy not found for the provided ResourceArn: \(arn) and ExpectedRevisionId: "
                    + expected)
        }
    }

    private static func noPolicy(_ arn: String) -> WireError {
        WireError(
            .policyNotFoundException, "Resource-based policy not found for the provided ResourceArn: \(arn)")
    }

    /// The time in milliseconds, as the service's revisions look, and never the one before.
    static func revision(after current: String?, now: Double) -> String {
        let milliseconds = Int64(now * 1000)
        return "\(max(milliseconds, (current.flatMap { Int64($0) } ?? 0) + 1))"
    }

    private static func body(revision: String?) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        if let revision {
            json.name("RevisionId")
            json.string(revision)
        }
        json.endObject()
        return json.bytes
    }
}
