import Postgres

/// What decides on how to clone, read in one round trip.
struct ServerFacts: Sendable, Hashable {
    /// A database by its name, as it stands in `pg_database`.
    struct Database: Sendable, Hashable {
        var name: String
        var owner: String
        var comment: String?
        var allowsConnections: Bool
        var isTemplate: Bool
        /// A drop of it was interrupted: the server refuses to do anything with it but drop it (PostgreSQL's
        /// `database_is_invalid_form`, `datconnlimit` = -2).
        var isInvalid = false

        /// The mark of its comment, or of its name when it has no comment yet and the installation's own role owns it.
        func mark(installation: String, owner ours: String) -> InstallationMark? {
            if let comment { return InstallationMark(comment: comment) }
            return owner == ours ? ResourceName.mark(database: name, installation: installation) : nil
        }
    }

    /// `server_version_num`.
    var version: Int
    /// Whether `file_copy_method` knows `clone` (PostgreSQL 18 and later, where the kernel can).
    var canShareBlocks: Bool
    var databases: [Database]

    /// Whether `file_copy_method` knows `clone`, as an expression. A server that does not know the setting is not asked
    /// for all it has, which takes half a millisecond.
    static let sharesBlocks = """
        current_setting('file_copy_method', true) IS NOT NULL
            AND EXISTS (SELECT FROM pg_settings WHERE name = 'file_copy_method' AND 'clone' = ANY (enumvals))
        """

    static let databasesQuery = """
        SELECT d.datname, r.rolname, shobj_description(d.oid, 'pg_database'), d.datallowconn, d.datistemplate,
            d.datconnlimit = -2
        FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba
        """

    static func database(_ row: PostgresRow) throws(PostgresError) -> Database {
        try Database(
            name: row[0].string, owner: row[1].string, comment: row[2].orNil?.string,
            allowsConnections: row[3].bool, isTemplate: row[4].bool, isInvalid: row[5].bool)
    }

    /// Facts about the server and the named databases, as far as they exist.
    static func read(_ names: [String], on connection: PostgresConnection) async throws(PostgresError) -> ServerFacts {
        let results = try await connection.pipeline([
            PostgresQuery(
                """
                SELECT current_setting('server_version_num')::int, \(sharesBlocks)
                """),
            PostgresQuery("\(databasesQuery) WHERE d.datname = ANY ($1)", [.textArray(names)]),
        ])
        guard results.count == 2, let row = results[0].first else {
            throw PostgresError(.decoding, "the server described itself with no row")
        }
        var databases: [Database] = []
        for row in results[1] { databases.append(try database(row)) }
        return ServerFacts(version: try row[0].int, canShareBlocks: try row[1].bool, databases: databases)
    }

    func database(_ name: String) -> Database? { databases.first { $0.name == name } }
}

extension ServerFacts.Database {
    /// Drops the database whatever its state is: sealed, in use, or half dropped already.
    func drop(on connection: PostgresConnection) async throws(PostgresError) {
        let quoted = PostgresIdentifier.quote(name)
        if !isInvalid {
            // Closed first, so that a server's pool does not come back between the end of its sessions and the drop.
            try await connection.query(
                PostgresQuery("ALTER DATABASE \(quoted) IS_TEMPLATE false ALLOW_CONNECTIONS false", prepared: false))
        }
        try await connection.query(PostgresQuery("DROP DATABASE IF EXISTS \(quoted) WITH (FORCE)", prepared: false))
    }
}
