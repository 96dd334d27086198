import Cryptography
import Environments
import ExtendDBLayout
import Postgres

/// The database of a snapshot's generation, from its creation to its sealing as a template.
struct SnapshotDatabase: Sendable {
    let admin: PostgresAdmin
    let owner: String
    let name: String
    let mark: InstallationMark

    private var quoted: String { PostgresIdentifier.quote(name) }

    /// Makes the database, empty, and the group role's. One that an earlier try of the same generation left is
    /// dropped first.
    func create() async throws(ControlError) {
        try await admin.session("make database \(name)") { connection in
            let facts = try await ServerFacts.read([name], on: connection)
            if let existing = facts.database(name) {
                guard existing.mark(installation: mark.installation, owner: owner) == mark else {
                    throw ControlError(
                        .conflict, subject: name, "a database named \(name) exists and is not this snapshot's",
                        hint: "drop or rename it; envctl never touches a database without its mark")
                }
                try await existing.drop(on: connection)
            }
            let data = PostgresIdentifier.quote(TemplateProvider.dataRole)
            try await connection.query(
                PostgresQuery(
                    """
                    CREATE DATABASE \(quoted) TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C' \
                    OWNER \(PostgresIdentifier.quote(owner)) ALLOW_CONNECTIONS false
                    """, prepared: false))
            try await connection.pipeline([
                PostgresQuery(
                    "COMMENT ON DATABASE \(quoted) IS \(PostgresLiteral.quote(mark.comment))", prepared: false),
                PostgresQuery("REVOKE ALL ON DATABASE \(quoted) FROM PUBLIC", prepared: false),
                // Not CONNECT: every environment's role is a member of this one, and an import that runs while an
                // environment is sealed would be a way out of it. We connect as the administrator and change roles.
                PostgresQuery("GRANT CREATE, TEMPORARY ON DATABASE \(quoted) TO \(data)", prepared: false),
                PostgresQuery("ALTER DATABASE \(quoted) ALLOW_CONNECTIONS true", prepared: false),
            ])
        }
        try await admin.session(database: name, "prepare database \(name)") { connection in
            try await connection.query(
                PostgresQuery(
                    "ALTER SCHEMA public OWNER TO \(PostgresIdentifier.quote(TemplateProvider.dataRole))",
                    prepared: false))
        }
    }

    /// Makes the catalog.
    func bootstrap(accountID: String) async throws(ControlError) {
        try await loading("make the catalog of \(name)") { connection in
            try await LayoutBootstrap.create(
                on: connection, accountID: accountID, encryptionKey: SecureRandom.bytes(32))
        }
    }

    /// A session that loads: as the role that owns every object, so that each environment's role may use them.
    ///
    /// Commits need not wait for the disk: a database that is not sealed yet is dropped after a crash.
    @discardableResult
    func loading<T: Sendable>(
        _ purpose: String, _ body: (PostgresConnection) async throws -> T
    ) async throws(ControlError) -> T {
        try await admin.session(database: name, purpose) { connection in
            try await connection.execute(
                script: """
                    SET synchronous_commit = off; SET maintenance_work_mem = '256MB';
                    SET ROLE \(PostgresIdentifier.quote(TemplateProvider.dataRole))
                    """)
            return try await body(connection)
        }
    }

    /// Makes the database a template that admits nobody. Returns its size on disk.
    func seal() async throws(ControlError) -> Int {
        try await admin.session(database: name, "analyse \(name)") { connection in
            // Frozen rows and known statistics are copied with the files: no clone has to write or compute them.
            try await connection.query(PostgresQuery("VACUUM (FREEZE, ANALYZE)", prepared: false))
            try await shedMaps(on: connection)
        }
        // Changed catalogs did away with the file that spares sessions reading them (`pg_internal.init`). The next session
        // makes it anew, and a copy of the files has it.
        try await admin.session(database: name, "read the catalogs of \(name)") { _ in }
        return try await admin.session("seal \(name)") { connection in
            let data = PostgresIdentifier.quote(TemplateProvider.dataRole)
            try await connection.pipeline([
                PostgresQuery("REVOKE ALL ON DATABASE \(quoted) FROM \(data)", prepared: false),
                PostgresQuery("ALTER DATABASE \(quoted) ALLOW_CONNECTIONS false", prepared: false),
            ])
            try await connection.query(
                PostgresQuery(
                    """
                    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
                    WHERE datname = \(PostgresLiteral.quote(name)) AND backend_type = 'client backend'
                    """, prepared: false))
            try await connection.query(PostgresQuery("ALTER DATABASE \(quoted) IS_TEMPLATE true", prepared: false))
            // The first clone's own checkpoint then has little left to write.
            try await connection.query(PostgresQuery("CHECKPOINT", prepared: false))
            let size = try await connection.query("SELECT pg_database_size($1::name)", .text(name))
            return try size.first?[0].int ?? 0
        }
    }

    /// Writes small relations anew, the system catalogs above all, which takes their free space and visibility maps away:
    /// a fifth of a small database's files, of use to none so small, and each copied, flushed and deleted for every clone
    /// (`docs/decisions/0036-fewer-files-and-room-between-them.md`). A clone's own VACUUM makes them again where it writes.
    private func shedMaps(on connection: PostgresConnection) async throws {
        // Writing a relation anew changes rows of these two, so they come last.
        let found = try await connection.query(
            """
            SELECT coalesce(string_agg(oid::regclass::text, ', ' ORDER BY position, oid), '')
            FROM pg_class, coalesce(array_position('{pg_attribute,pg_class}'::regclass[], oid::regclass), 0) AS position
            WHERE relkind = 'r' AND NOT relisshared AND pg_relation_size(oid) <= $1
                AND pg_relation_size(oid, 'fsm') + pg_relation_size(oid, 'vm') > 0
            """, .int(Self.mappedBytes))
        guard let names = try found.first?[0].string, !names.isEmpty else { return }
        try await connection.query(PostgresQuery("VACUUM (FULL, FREEZE) \(names)", prepared: false))
    }

    /// A larger relation keeps its maps: they spare a scan of the index the rows, and a VACUUM the pages.
    private static let mappedBytes = 1_048_576

    /// Drops the database, whatever state it is in.
    func drop() async throws(ControlError) {
        try await admin.session("drop database \(name)") { connection in
            let facts = try await ServerFacts.read([name], on: connection)
            try await facts.database(name)?.drop(on: connection)
        }
    }
}
