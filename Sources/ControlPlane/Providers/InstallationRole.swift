import Environments
import Postgres

/// The role that owns the databases of one installation on a server that several may share. Being the owner it marks a
/// database as ours from the moment when it exists; the comment comes a statement later, and a crash between the two
/// must not make another installation take the database for its own.
enum InstallationRole {
    static func name(_ installation: InstallationID) -> String { "envctl_o_\(installation)" }

    /// The role's name; it is made when there is none.
    static func ensure(
        _ installation: InstallationID, admin: PostgresConfiguration
    ) async throws(ControlError) -> String {
        let name = name(installation)
        try await PostgresAdmin(configuration: admin).session("make the role \(name)") { connection in
            let quoted = PostgresIdentifier.quote(name)
            let found = try await connection.query("SELECT FROM pg_roles WHERE rolname = $1", .text(name))
            if found.isEmpty {
                try await connection.query(PostgresQuery("CREATE ROLE \(quoted) NOLOGIN", prepared: false))
            }
            // Only a member may give it a database; a superuser needs no membership.
            let user = try await connection.query(
                "SELECT rolsuper OR pg_has_role(current_user, $1::name, 'USAGE') FROM pg_roles WHERE rolname = current_user",
                .text(name))
            if try user.first?[0].bool != true {
                try await connection.query(PostgresQuery("GRANT \(quoted) TO CURRENT_USER", prepared: false))
            }
        }
        return name
    }
}
