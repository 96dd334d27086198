package import Environments
import Logging
package import Postgres

/// Clones by `CREATE DATABASE … TEMPLATE` on one PostgreSQL server.
package struct TemplateProvider: CloneProvider {
    /// - Parameters:
    ///   - admin: a superuser, or a role with CREATEDB and CREATEROLE, on a database that always exists.
    ///   - installation: the id that marks what is ours.
    ///   - owner: the role that owns our databases; it belongs to this installation alone.
    package init(admin: PostgresConfiguration, installation: String, owner: String = "envctl", logger: Logger) {
        preconditionFailure("not built yet")
    }

    package func clone(_ request: CloneRequest) async throws(ControlError) { preconditionFailure("not built yet") }

    package func drop(database: String, role: String?) async throws(ControlError) {
        preconditionFailure("not built yet")
    }

    package func list() async throws(ControlError) -> [OwnedResource] { preconditionFailure("not built yet") }

    package func connection(to database: String, user: String, password: String) -> PostgresConfiguration {
        preconditionFailure("not built yet")
    }
}
