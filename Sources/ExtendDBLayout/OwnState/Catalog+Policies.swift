import Postgres

/// A resource-based policy as it was attached.
package struct ResourcePolicy: Sendable, Hashable {
    package let document: String
    package let revisionID: String

    package init(document: String, revisionID: String) {
        self.document = document
        self.revisionID = revisionID
    }
}

/// Resource-based policies, which ExtendDB does not know.
extension Catalog {
    package func policy(of resource: String, on runner: some SQLRunner) async throws -> ResourcePolicy? {
        guard hasOwnState else { return nil }
        let rows = try await runner.query(
            PostgresQuery(
                "SELECT policy, revision_id FROM \(OwnState.schema).resource_policies WHERE resource_arn = $1",
                [.text(resource)]))
        return try rows.first.map { ResourcePolicy(document: try $0[0].string, revisionID: try $0[1].string) }
    }

    /// - Parameter tableID: the table that the resource is, or is part of; the policy goes with it.
    package func set(
        _ policy: ResourcePolicy, of resource: String, tableID: String, on runner: some SQLRunner
    ) async throws {
        try requireOwnState()
        _ = try await runner.query(
            PostgresQuery(
                """
                INSERT INTO \(OwnState.schema).resource_policies (resource_arn, table_id, policy, revision_id)
                VALUES ($1, $2, $3, $4)
                ON CONFLICT (resource_arn) DO UPDATE SET table_id = EXCLUDED.table_id, policy = EXCLUDED.policy,
                    revision_id = EXCLUDED.revision_id
                """,
                [.text(resource), .text(tableID), .text(policy.document), .text(policy.revisionID)]))
    }

    package func removePolicy(of resource: String, on runner: some SQLRunner) async throws {
        guard hasOwnState else { return }
        _ = try await runner.query(
            PostgresQuery(
                "DELETE FROM \(OwnState.schema).resource_policies WHERE resource_arn = $1", [.text(resource)]))
    }
}
