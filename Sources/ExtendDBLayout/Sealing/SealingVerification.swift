import Postgres

/// Looks for what must not be in a sealed clone. Each check gives what it found as a sentence without values.
enum SealingVerification {
    /// Settings that lead to another database than the clone's own.
    ///
    /// - Parameter data: what names the data database; nil: the catalog's own database holds the data.
    static func settings(_ catalog: some SQLRunner, data: (url: String, name: String)?) async throws -> [String] {
        let rows = try await catalog.query(
            PostgresQuery(
                """
                SELECT key, CASE key WHEN 'data_database_name' THEN value END FROM settings
                WHERE CASE key WHEN 'data_database_connection_string' THEN value <> $1
                    WHEN 'data_database_name' THEN value <> coalesce($2::text, current_database()::text)
                    ELSE value ~* 'postgres(ql)?://' OR value ~* '\\m(host|hostaddr|service)\\s*=' END
                UNION ALL SELECT missing, NULL::text FROM unnest(CASE WHEN $2::text IS NULL THEN '{}'::text[]
                    ELSE '{data_database_connection_string,data_database_name}'::text[] END) AS missing
                    WHERE NOT EXISTS (SELECT FROM settings WHERE key = missing)
                """,
                [.text(data?.url ?? ""), .optional(data?.name)]))
        return try rows.map { row in
            let value = try row[1].orNil.map { try ", '\($0.string)'" } ?? ""
            return "the setting \(try row[0].string) names another database\(value)"
        }
    }

    /// What PostgreSQL itself keeps of other servers: their user mappings hold passwords.
    static func foreignServers(_ database: some SQLRunner) async throws -> [String] {
        let rows = try await database.query(
            PostgresQuery(
                """
                SELECT 'foreign server', srvname::text FROM pg_foreign_server
                UNION ALL SELECT 'subscription', s.subname::text FROM pg_subscription s
                    JOIN pg_database d ON d.oid = s.subdbid WHERE d.datname = current_database()
                """))
        return try rows.map { "the \(try $0[0].string) '\(try $0[1].string)' leads to another database" }
    }

    /// Keys, administrators and passwords of the source.
    static func secrets(_ catalog: some SQLRunner) async throws -> [String] {
        let counts = try await catalog.query(
            PostgresQuery(
                """
                SELECT (SELECT count(*) FROM access_keys), (SELECT count(*) FROM iam_sessions),
                (SELECT count(*) FROM admin_users), (SELECT count(*) FROM iam_users WHERE password_hash IS NOT NULL)
                """))
        guard let row = counts.first else { return ["the secrets cannot be counted"] }
        var failures: [String] = []
        let keys = try row[0].int
        if keys != 1 { failures.append("there are \(keys) access keys instead of one") }
        for (column, what) in [(1, "sessions"), (2, "administrators"), (3, "password hashes")] {
            let count = try row[column].int
            if count != 0 { failures.append("there are \(count) \(what) of the source") }
        }
        return failures
    }

    /// History that is left; secrets are counted by `secrets`.
    static func history(_ database: some SQLRunner) async throws -> [String] {
        let counted = ["access_keys", "iam_sessions", "admin_users"]
        return try await SealingPurge.filled(on: database).filter { !counted.contains($0) }
            .map { "the table \($0) has rows of the source" }
    }

    /// Samples of values that sealing removed.
    static func statistics(_ database: some SQLRunner) async throws -> [String] {
        let rows = try await database.query(
            PostgresQuery(
                """
                SELECT DISTINCT tablename::text FROM pg_stats
                WHERE tablename = ANY ($1) AND pg_table_is_visible(to_regclass(format('%I.%I', schemaname, tablename)))
                """,
                [.textArray(SealingPurge.sampled)]))
        return try rows.map { "PostgreSQL keeps samples of the source's \(try $0[0].string)" }
    }

    /// Index changes that wait would overwrite what the clone's server writes.
    static func pendingChanges(_ database: some SQLRunner) async throws -> [String] {
        let present = try await database.query(PostgresQuery("SELECT to_regclass('gsi_pending') IS NOT NULL"))
        guard try present.first?[0].bool ?? false else { return [] }
        let rows = try await database.query(PostgresQuery("SELECT count(*) FROM gsi_pending"))
        guard let count = try rows.first?[0].int, count != 0 else { return [] }
        return ["\(count) index changes wait in gsi_pending"]
    }
}
