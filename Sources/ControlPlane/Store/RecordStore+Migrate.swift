import Cryptography
import Environments
import Postgres

extension RecordStore {
    /// Brings the schema up to date, or refuses one that a newer program made. Safe when several replicas start at
    /// once: all but one wait, then find nothing to do.
    static func migrate(_ pool: PostgresPool) async throws(ControlError) {
        try await storing("migrate the records") {
            try await pool.transaction { connection in
                // The number is arbitrary; it only has to be the same in every program that migrates.
                try await connection.query("SELECT pg_advisory_xact_lock(7227003144)")
                try await connection.query(
                    """
                    CREATE TABLE IF NOT EXISTS schema_migrations (
                        number integer PRIMARY KEY,
                        name text NOT NULL,
                        applied_at timestamptz NOT NULL DEFAULT clock_timestamp())
                    """)
                let version = try await connection.query("SELECT coalesce(max(number), 0) FROM schema_migrations")
                let current = try version.first?[0].int ?? 0
                guard current <= Migrations.newest else {
                    throw ControlError(
                        .misconfigured, subject: "schema",
                        "the records have schema \(current), and this program knows schemas up to \(Migrations.newest)",
                        hint: "start the newer envctl that made them")
                }
                for migration in Migrations.all where migration.number > current {
                    try await connection.execute(script: migration.sql)
                    try await connection.query(
                        "INSERT INTO schema_migrations (number, name) VALUES ($1, $2)",
                        .int(migration.number), .text(migration.name))
                }
            }
        }
    }

    /// Refuses records whose secrets were encrypted with another key: two installations that were given the same
    /// database by mistake would take each other's work and fail at it.
    static func proveKey(_ pool: PostgresPool, _ secrets: SecretBox) async throws(ControlError) {
        let purpose = "settings key_proof"
        let candidate = Hex.encode(try secrets.seal("envctl", purpose: purpose))
        let found = try await storing("read the key's proof") {
            try await pool.query(
                "INSERT INTO settings (name, value) VALUES ('key_proof', $1) ON CONFLICT (name) DO NOTHING",
                .text(candidate))
            let rows = try await pool.query("SELECT value FROM settings WHERE name = 'key_proof'")
            return try rows.first?[0].string
        }
        guard let proof = Hex.decode(found ?? candidate), (try? secrets.open(proof, purpose: purpose)) == "envctl"
        else {
            throw ControlError(
                .misconfigured, subject: pool.configuration.database,
                "the records in database \(pool.configuration.database) belong to another installation: its "
                    + "run/secret.key is not this one's",
                hint: "copy that key for a replica of it, or give this installation records of its own: "
                    + "ENVCTL_DATABASE_URL=postgresql://…/OTHER_NAME")
        }
    }

    /// The identity of this installation, made at the first start.
    static func installation(
        _ pool: PostgresPool, using generator: inout some RandomNumberGenerator
    ) async throws(ControlError) -> InstallationID {
        let candidate = InstallationID(using: &generator).text
        let found = try await storing("read the installation's id") {
            try await pool.query(
                "INSERT INTO settings (name, value) VALUES ('installation_id', $1) ON CONFLICT (name) DO NOTHING",
                .text(candidate))
            let rows = try await pool.query("SELECT value FROM settings WHERE name = 'installation_id'")
            return try rows.first?[0].string
        }
        return InstallationID(found ?? candidate)
    }
}
