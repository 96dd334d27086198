package import Environments
package import Postgres

/// Makes a clone safe to serve: re-pointed, re-keyed, quiet, and proven so.
package struct CloneSealer: Sendable {
    /// - Parameter admin: as for `TemplateProvider`; used with the clone's database.
    package init(admin: PostgresConfiguration) { preconditionFailure("not built yet") }

    /// Seals the clone; safe to repeat, each time with a new credential.
    package func seal(_ request: SealRequest) async throws(ControlError) -> SealedEnvironment {
        preconditionFailure("not built yet")
    }
}
