package import Environments
package import Logging
package import Postgres

/// Loads DynamoDB exports to S3 into a database and seals it as a template.
package struct SnapshotImporter: Sendable {
    /// - Parameters:
    ///   - admin: a superuser on a database that always exists.
    ///   - owner: the role that owns our databases.
    package init(admin: PostgresConfiguration, owner: String = "envctl", logger: Logger) {
        preconditionFailure("not built yet")
    }

    /// Imports; a failure or cancellation drops the database again.
    package func run(
        _ request: ImportRequest, progress: @escaping @Sendable (ImportProgress) -> Void
    ) async throws(ControlError) -> ImportedGeneration { preconditionFailure("not built yet") }
}
