package import Environments
package import Postgres

/// Makes and drops the databases of environments.
///
/// Every call can be repeated: a name is derived from (environment, generation), so a second call finds what the
/// first one left and finishes it. A provider never changes or drops a database or role that does not carry the mark
/// of its own installation.
package protocol CloneProvider: Sendable {
    /// Makes `request.target` a copy of `request.source` that only `request.role` may connect to.
    ///
    /// Returns when the copy is complete, marked, and closed to everybody but its role.
    /// - Throws: `ControlError` with `notFound` when the source is gone, `conflict` when the target's name is taken
    ///   by something that is not ours.
    func clone(_ request: CloneRequest) async throws(ControlError)

    /// Lets nobody connect to the database any more; what is gone is a success.
    func close(database: String) async throws(ControlError)

    /// Drops the database, then the role, ending their sessions; what is already gone is a success.
    func drop(database: String?, role: String?) async throws(ControlError)

    /// Every database and role that carries the installation's mark, for the reconciler.
    func list() async throws(ControlError) -> [OwnedResource]

    /// How a server connects to `database` as `user`.
    func connection(to database: String, user: String, password: String) -> PostgresConfiguration
}

/// What to copy, under which name, for which role.
package struct CloneRequest: Sendable, Hashable {
    /// The sealed template database of a snapshot's generation.
    package var source: String
    /// The database to make.
    package var target: String
    /// The login role that may connect to the target and to nothing else.
    package var role: String
    /// The role's password. Random and long; never logged.
    @Secret package var rolePassword: String
    /// Whose the target is.
    package var mark: InstallationMark

    package init(source: String, target: String, role: String, rolePassword: String, mark: InstallationMark) {
        self.source = source
        self.target = target
        self.role = role
        self.rolePassword = rolePassword
        self.mark = mark
    }
}

/// A database, a role, or both, that carry the installation's mark.
package struct OwnedResource: Sendable, Hashable {
    /// The database; nil when only the role is left.
    package var database: String?
    /// The role; nil when there is none (a snapshot has none).
    package var role: String?
    /// Read from the comment, or from the name where a crash came between creation and comment.
    package var mark: InstallationMark

    package init(database: String?, role: String?, mark: InstallationMark) {
        self.database = database
        self.role = role
        self.mark = mark
    }
}
