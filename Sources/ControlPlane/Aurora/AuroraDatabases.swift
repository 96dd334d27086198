import Cryptography
import Environments
import Postgres

/// The two databases of a clone, reached as its master user.
struct AuroraDatabases: Sendable {
    /// What a server is started on.
    struct Served: Sendable {
        var catalog: PostgresConfiguration
        var dataDatabase: String
    }

    let catalog: PostgresConfiguration
    let data: PostgresConfiguration
    /// The templates on the server that stands in for Aurora; nil: the clone's own cluster.
    private let templates: (catalog: String, data: String)?
    private let row: AuroraCloneRow

    /// A clone that pauses at 0 ACU takes up to half a minute to answer again (Aurora User Guide, "Scaling to zero ACUs").
    static let connectTimeout = Duration.seconds(45)

    init(_ row: AuroraCloneRow, _ endpoints: AuroraEndpoints) throws(ControlError) {
        self.row = row
        let mapping = endpoints.mapping(of: row)
        if let url = mapping?.url, let catalogTemplate = mapping?.catalogTemplate,
            let dataTemplate = mapping?.dataTemplate
        {
            do {
                let standIn = try PostgresConfiguration(url: url)
                let name = "envctl_a_\(row.environment.text)_g\(row.incarnation)"
                catalog = standIn.with(database: name + "_c")
                data = standIn.with(database: name + "_d")
                server = standIn
            } catch {
                throw ControlError(.misconfigured, "a URL in the file of ENVCTL_AURORA_ENDPOINTS: \(error.message)")
            }
            templates = (catalogTemplate, dataTemplate)
            return
        }
        var options = ["sslmode": row.source.tls.rawValue]
        if let file = row.source.caFile { options["sslrootcert"] = file }
        if let address = mapping?.hostAddress { options["hostaddr"] = address }
        catalog = PostgresConfiguration(
            host: row.endpoint ?? "", port: mapping?.port ?? row.port, user: row.source.masterUser,
            password: row.masterPassword, database: row.source.catalogDatabase, applicationName: "envctl",
            connectTimeout: Self.connectTimeout, options: options)
        data = catalog.with(database: row.source.dataDatabase)
        server = catalog
        templates = nil
    }

    private let server: PostgresConfiguration

    func served(role: String, password: String) -> Served {
        Served(catalog: catalog.with(user: role, password: password), dataDatabase: data.database)
    }

    /// Makes the environment's role and gives the two databases to it and to nobody else.
    func prepare(role: String, password: String) async throws(ControlError) {
        if let templates {
            try await copy(templates.catalog, to: catalog.database)
            try await copy(templates.data, to: data.database)
        }
        try await PostgresAdmin(configuration: catalog).session("make the role of \(row.cluster)") { connection in
            Failpoint.auroraRoleBefore.hit()
            try await ensureRole(role, password, on: connection)
            Failpoint.auroraRoleAfter.hit()
            // Beside another server's databases nothing but the copies is ours to close.
            if templates == nil { try await closeOthers(role, on: connection) }
        }
        for database in [catalog, data] {
            try await PostgresAdmin(configuration: database).session("take over \(database.database)") { connection in
                try await takeOver(database.database, role, on: connection)
            }
        }
    }

    private func copy(_ template: String, to name: String) async throws(ControlError) {
        try await PostgresAdmin(configuration: server).session("copy \(template)") { connection in
            let found = try await connection.query("SELECT FROM pg_database WHERE datname = $1", .text(name))
            guard found.isEmpty else { return }
            try await connection.query(
                PostgresQuery(
                    """
                    CREATE DATABASE \(PostgresIdentifier.quote(name)) TEMPLATE \(PostgresIdentifier.quote(template))
                    """, prepared: false))
        }
    }

    /// Where another server stands in, nothing goes with the cluster: the copies are dropped, and with the last one
    /// the role.
    func dropCopies(role: String?) async throws(ControlError) {
        guard templates != nil else { return }
        try await PostgresAdmin(configuration: server).session("drop the databases of \(row.cluster)") { connection in
            for name in [catalog.database, data.database] {
                try await connection.query(
                    PostgresQuery(
                        "DROP DATABASE IF EXISTS \(PostgresIdentifier.quote(name)) WITH (FORCE)", prepared: false))
            }
            guard let role else { return }
            let found = try await connection.query("SELECT FROM pg_roles WHERE rolname = $1", .text(role))
            guard !found.isEmpty else { return }
            let quoted = PostgresIdentifier.quote(role)
            try await connection.query(PostgresQuery("DROP OWNED BY \(quoted)", prepared: false))
            try await connection.query(PostgresQuery("DROP ROLE IF EXISTS \(quoted)", prepared: false))
        }
    }

    private func ensureRole(_ role: String, _ password: String, on connection: PostgresConnection) async throws {
        let found = try await connection.query(
            "SELECT rolname FROM pg_roles WHERE rolname = ANY ($1)",
            .textArray([role, TemplateProvider.dataRole]))
        let names = try found.map { try $0[0].string }
        let owner = PostgresIdentifier.quote(TemplateProvider.dataRole)
        if !names.contains(TemplateProvider.dataRole) {
            // On a server that stands in for several clones, another worker can be quicker.
            try await connection.execute(
                script: """
                    DO $$ BEGIN CREATE ROLE \(owner) NOLOGIN;
                    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$
                    """)
        }
        let quoted = PostgresIdentifier.quote(role)
        let verifier = ScramVerifier.make(password: password, salt: SecureRandom.bytes(16))
        try await connection.query(
            PostgresQuery(
                """
                \(names.contains(role) ? "ALTER" : "CREATE") ROLE \(quoted) LOGIN INHERIT NOCREATEDB NOCREATEROLE \
                CONNECTION LIMIT \(TemplateProvider.roleConnectionLimit) PASSWORD \(PostgresLiteral.quote(verifier))
                """, prepared: false))
        try await connection.query(PostgresQuery("GRANT \(owner) TO \(quoted)", prepared: false))
        let member = try await connection.query(
            "SELECT pg_has_role(current_user, $1::name, 'USAGE')", .text(TemplateProvider.dataRole))
        if try member.first?[0].bool != true {
            try await connection.query(PostgresQuery("GRANT \(owner) TO CURRENT_USER", prepared: false))
        }
    }

    /// Production's relations get the owner that the environment's role is a member of, and the database closes.
    private func takeOver(_ database: String, _ role: String, on connection: PostgresConnection) async throws {
        let owner = PostgresIdentifier.quote(TemplateProvider.dataRole)
        try await connection.execute(script: Self.takeOverSQL)
        let name = PostgresIdentifier.quote(database)
        try await connection.pipeline([
            PostgresQuery("GRANT USAGE, CREATE ON SCHEMA public TO \(owner)", prepared: false),
            PostgresQuery("REVOKE ALL ON DATABASE \(name) FROM PUBLIC", prepared: false),
            PostgresQuery("GRANT CONNECT ON DATABASE \(name) TO \(PostgresIdentifier.quote(role))", prepared: false),
        ])
    }

    private static let takeOverSQL = """
        GRANT USAGE, CREATE ON SCHEMA public TO \(TemplateProvider.dataRole);
        DO $$
        DECLARE
            found record;
        BEGIN
            FOR found IN
                SELECT DISTINCT r.rolname FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner
                WHERE c.relnamespace = 'public'::regnamespace AND NOT pg_has_role(current_user, r.oid, 'USAGE')
            LOOP
                EXECUTE format('GRANT %I TO CURRENT_USER', found.rolname);
            END LOOP;
            FOR found IN
                SELECT c.oid::regclass AS name FROM pg_class c
                WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
                    AND c.relowner <> '\(TemplateProvider.dataRole)'::regrole
                    AND NOT EXISTS (
                        SELECT FROM pg_depend d
                        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                            AND (d.deptype = 'e' OR c.relkind = 'S' AND d.deptype IN ('a', 'i')))
            LOOP
                EXECUTE format('ALTER TABLE %s OWNER TO \(TemplateProvider.dataRole)', found.name);
            END LOOP;
        END $$;
        """

    /// In a clone of its own: production's logins end, and the environment's role reaches no other database.
    private func closeOthers(_ role: String, on connection: PostgresConnection) async throws {
        let logins = try await connection.query(
            """
            SELECT rolname FROM pg_roles
            WHERE rolcanlogin AND rolname <> ALL ($1) AND rolname NOT LIKE 'rds%' AND rolname NOT LIKE 'pg\\_%'
            """, .textArray([role, row.source.masterUser]))
        for login in logins {
            try await connection.query(
                PostgresQuery("ALTER ROLE \(PostgresIdentifier.quote(try login[0].string)) NOLOGIN", prepared: false))
        }
        let databases = try await connection.query(
            """
            SELECT datname FROM pg_database
            WHERE datallowconn AND datname <> ALL ($1) AND has_database_privilege($2::name, oid, 'CONNECT')
            """, .textArray([catalog.database, data.database, "rdsadmin", "template1"]), .text(role))
        for database in databases {
            try await connection.query(
                PostgresQuery(
                    "REVOKE ALL ON DATABASE \(PostgresIdentifier.quote(try database[0].string)) FROM PUBLIC",
                    prepared: false))
        }
    }
}
