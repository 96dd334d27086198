import Cryptography
package import Environments
import Logging
package import Postgres

/// Clones by `CREATE DATABASE … TEMPLATE` on one PostgreSQL server.
package struct TemplateProvider: CloneProvider {
    private let admin: PostgresAdmin
    private let installation: String
    private let owner: String
    private let flush: Duration?
    private let logger: Logger

    /// The role that owns every object inside snapshots and clones; each environment's role is a member.
    package static let dataRole = "envctl_data"
    /// Connections that an environment's role may hold: its server's pool and a person with psql.
    static let roleConnectionLimit = 40

    /// - Parameters:
    ///   - admin: a superuser, or a role with CREATEDB and CREATEROLE, on a database that always exists.
    ///   - installation: the id that marks what is ours.
    ///   - owner: the role that owns our databases; it belongs to this installation alone.
    ///   - flush: what the server's disk takes to make something durable; nil: unknown.
    init(
        admin: PostgresAdmin, installation: String, owner: String = "envctl", flush: Duration? = nil, logger: Logger
    ) {
        self.admin = admin
        self.installation = installation
        self.owner = owner
        self.flush = flush
        self.logger = logger
    }

    package func clone(_ request: CloneRequest) async throws(ControlError) {
        try await admin.session("clone database \(request.source)") { connection in
            let facts = try await ServerFacts.read([request.source, request.target], on: connection)
            let existing = facts.database(request.target)
            if let existing {
                guard existing.mark(installation: installation, owner: owner) == request.mark else {
                    throw ControlError(
                        .conflict, subject: request.target,
                        "a database named \(request.target) exists and is not this environment's",
                        hint: "drop or rename it; envctl never touches a database without its mark")
                }
            } else if facts.database(request.source) == nil {
                throw ControlError(
                    .notFound, subject: request.source, "the template database \(request.source) does not exist",
                    hint: "import the snapshot again")
            }
            let isNewRole = try await ensureRole(request, on: connection)
            if existing == nil { try await copy(request, facts, on: connection) }
            if isNewRole || existing?.comment == nil || existing?.allowsConnections != true {
                try await open(request, on: connection)
            }
        }
    }

    package func close(database: String) async throws(ControlError) {
        try await admin.session("close \(database)") { connection in
            let facts = try await ServerFacts.read([database], on: connection)
            // One whose drop was interrupted admits nobody, and the server alters it no more.
            guard let found = facts.database(database), !found.isInvalid else { return }
            guard found.mark(installation: installation, owner: owner)?.installation == installation else {
                throw Self.foreignDatabase(database)
            }
            try await connection.query(
                PostgresQuery(
                    "ALTER DATABASE \(PostgresIdentifier.quote(database)) ALLOW_CONNECTIONS false", prepared: false))
        }
    }

    package func drop(database: String?, role: String?) async throws(ControlError) {
        try await admin.session("drop \(database ?? role ?? "nothing")") { connection in
            if let database { try await dropDatabase(database, on: connection) }
            if let role { try await dropRole(role, on: connection) }
        }
    }

    package func list() async throws(ControlError) -> [OwnedResource] {
        try await admin.session("list databases") { connection in
            let results = try await connection.pipeline([
                PostgresQuery(
                    "\(ServerFacts.databasesQuery) WHERE NOT (d.datname = ANY ('{template0,template1,postgres}'))"),
                PostgresQuery(
                    """
                    SELECT rolname, shobj_description(oid, 'pg_authid') FROM pg_roles
                    WHERE shobj_description(oid, 'pg_authid') IS NOT NULL
                    """),
            ])
            var roles: [(name: String, mark: InstallationMark)] = []
            for row in results[1] {
                if let mark = InstallationMark(comment: try row[1].string), mark.installation == installation {
                    roles.append((try row[0].string, mark))
                }
            }
            var owned: [OwnedResource] = []
            for row in results[0] {
                let database = try ServerFacts.database(row)
                guard let mark = database.mark(installation: installation, owner: owner),
                    mark.installation == installation
                else { continue }
                let role = roles.first { $0.mark.kind == mark.kind && $0.mark.id == mark.id }
                owned.append(OwnedResource(database: database.name, role: role?.name, mark: mark))
            }
            for role in roles where !owned.contains(where: { $0.role == role.name }) {
                owned.append(OwnedResource(database: nil, role: role.name, mark: role.mark))
            }
            return owned.sorted { ($0.database ?? "", $0.role ?? "") < ($1.database ?? "", $1.role ?? "") }
        }
    }

    package func connection(to database: String, user: String, password: String) -> PostgresConfiguration {
        admin.configuration.with(database: database, user: user, password: password)
    }

    /// Makes the role, or gives the one that an earlier try made its password again; marked in the same transaction.
    /// - Returns: whether it was made, and so has no right to the database yet.
    private func ensureRole(_ request: CloneRequest, on connection: PostgresConnection) async throws -> Bool {
        let name = PostgresIdentifier.quote(request.role)
        let found = try await connection.query(
            "SELECT shobj_description(oid, 'pg_authid') FROM pg_roles WHERE rolname = $1", .text(request.role))
        let exists = !found.isEmpty
        if let row = found.first {
            let mark = try row[0].orNil?.string
            guard let mark = mark.flatMap(InstallationMark.init(comment:)), mark.installation == installation,
                mark.kind == request.mark.kind, mark.id == request.mark.id
            else { throw Self.foreignRole(request.role) }
        }
        let verifier = ScramVerifier.make(password: request.rolePassword, salt: SecureRandom.bytes(16))
        try await connection.pipeline([
            PostgresQuery(
                """
                \(exists ? "ALTER" : "CREATE") ROLE \(name) LOGIN INHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE \
                CONNECTION LIMIT \(Self.roleConnectionLimit) PASSWORD \(PostgresLiteral.quote(verifier))
                """, prepared: false),
            PostgresQuery(
                "COMMENT ON ROLE \(name) IS \(PostgresLiteral.quote(request.mark.comment))", prepared: false),
            PostgresQuery("GRANT \(PostgresIdentifier.quote(Self.dataRole)) TO \(name)", prepared: false),
        ])
        return !exists
    }

    /// Copies. The new database admits nobody until it is marked and closed to PUBLIC.
    private func copy(
        _ request: CloneRequest, _ facts: ServerFacts, on connection: PostgresConnection
    ) async throws {
        var strategy = ""
        if facts.version >= 150_000 {
            let chosen = try await chooseStrategy(request, facts, on: connection)
            strategy = "STRATEGY \(chosen.rawValue)"
            if facts.canShareBlocks { try await connection.query("SET file_copy_method = clone") }
        }
        do {
            try await connection.query(
                PostgresQuery(
                    """
                    CREATE DATABASE \(PostgresIdentifier.quote(request.target)) \
                    TEMPLATE \(PostgresIdentifier.quote(request.source)) OWNER \(PostgresIdentifier.quote(owner)) \
                    \(strategy) ALLOW_CONNECTIONS false
                    """, prepared: false))
        } catch {
            guard error.sqlState == SQLState.objectInUse else { throw error }
            throw ControlError(
                .unavailable, subject: request.source,
                "the template database \(request.source) is in use by another session",
                hint: "a sealed template admits no session; try again, or close the session that holds it")
        }
    }

    private func chooseStrategy(
        _ request: CloneRequest, _ facts: ServerFacts, on connection: PostgresConnection
    ) async throws -> CloneStrategy {
        let rows = try await connection.query(
            """
            SELECT pg_database_size($1::name),
                pg_wal_lsn_diff(pg_current_wal_insert_lsn(), (pg_control_checkpoint()).redo_lsn)::bigint
            """, .text(request.source))
        guard let row = rows.first else { throw PostgresError(.decoding, "the server gave no size") }
        return CloneStrategy.choose(
            sourceBytes: try row[0].int,
            CopyConditions(sharesBlocks: facts.canShareBlocks, flush: flush, unwrittenBytes: try row[1].int))
    }

    /// Marks the copy, closes it to everybody but its role and lets the role in: one transaction, so a database that
    /// admits connections is complete.
    private func open(_ request: CloneRequest, on connection: PostgresConnection) async throws {
        let name = PostgresIdentifier.quote(request.target)
        let role = PostgresIdentifier.quote(request.role)
        try await connection.pipeline([
            PostgresQuery(
                "COMMENT ON DATABASE \(name) IS \(PostgresLiteral.quote(request.mark.comment))", prepared: false),
            PostgresQuery("REVOKE ALL ON DATABASE \(name) FROM PUBLIC", prepared: false),
            PostgresQuery("GRANT CONNECT ON DATABASE \(name) TO \(role)", prepared: false),
            PostgresQuery("ALTER DATABASE \(name) ALLOW_CONNECTIONS true", prepared: false),
        ])
    }

    private func dropDatabase(_ database: String, on connection: PostgresConnection) async throws {
        let facts = try await ServerFacts.read([database], on: connection)
        guard let found = facts.database(database) else { return }
        guard found.mark(installation: installation, owner: owner)?.installation == installation else {
            throw Self.foreignDatabase(database)
        }
        try await found.drop(on: connection)
        logger.debug("dropped a database", metadata: ["database": "\(database)"])
    }

    private func dropRole(_ role: String, on connection: PostgresConnection) async throws {
        let found = try await connection.query(
            "SELECT shobj_description(oid, 'pg_authid') FROM pg_roles WHERE rolname = $1", .text(role))
        guard let row = found.first else { return }
        let comment = try row[0].orNil?.string
        guard comment.flatMap(InstallationMark.init(comment:))?.installation == installation else {
            throw Self.foreignRole(role)
        }
        let name = PostgresIdentifier.quote(role)
        try await connection.pipeline([
            PostgresQuery("DROP OWNED BY \(name)", prepared: false),
            PostgresQuery("DROP ROLE IF EXISTS \(name)", prepared: false),
        ])
    }

    private static func foreignDatabase(_ database: String) -> ControlError {
        ControlError(
            .conflict, subject: database, "database \(database) does not carry this installation's mark",
            hint: "envctl never drops a database that it did not make")
    }

    private static func foreignRole(_ role: String) -> ControlError {
        ControlError(
            .conflict, subject: role, "a role named \(role) exists and does not carry this installation's mark",
            hint: "drop or rename it; envctl never touches a role without its mark")
    }
}
