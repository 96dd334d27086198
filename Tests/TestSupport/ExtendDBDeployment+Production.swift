package import Postgres

extension ExtendDBDeployment {
    /// What the scripts of production say.
    package static let productionAccount = "318462907511"
    package static let partnerAccount = "904417730026"
    package static let productionRegion = "eu-west-1"
    package static let productionKeys = [
        "AKIAEXTENDDBPR0D0001", "AKIAEXTENDDBPR0D0002", "AKIAEXTENDDBPR0D0003", "ASIAEXTENDDBPR0D0004",
    ]

    /// A deployment in full use: secrets, history, tables of every kind, in every state, and what crashes left.
    ///
    /// - Parameter url: the catalog's setting; nil: a host that does not exist.
    package static func makeProduction(
        _ level: ExtendDBLevel, catalog: PostgresConfiguration, data: PostgresConfiguration, url: String? = nil
    ) async throws {
        try await run(level.catalogScripts + ["production-catalog"], on: catalog)
        let filled = level == .second ? "production-data-0.0.3" : "production-data-0.0.2"
        try await run(level.dataScripts + ["production-data", filled], on: data)
        if let url {
            try await withPostgresPool(catalog) { pool in
                _ = try await pool.query(
                    "UPDATE settings SET value = $1 WHERE key = 'data_database_connection_string'", .text(url))
            }
        }
        // Production has been looked at by autovacuum, whose samples hold values too.
        for database in [catalog, data] {
            try await withPostgresPool(database) { pool in
                try await pool.withConnection { try await $0.execute(script: "ANALYZE") }
            }
        }
    }

    /// Where the mark of production's secrets is left: columns of tables, and the samples of their values.
    package static func leaks(in database: PostgresConfiguration) async throws -> [String] {
        try await withPostgresPool(database) { pool in
            let columns = try await pool.query(
                PostgresQuery(
                    """
                    SELECT c.oid::regclass::text, quote_ident(a.attname), a.atttypid = 'bytea'::regtype
                    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
                    WHERE c.relkind IN ('r', 'p', 'm', 'v') AND a.attnum > 0 AND NOT a.attisdropped
                        AND c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
                    ORDER BY 1, 2
                    """))
            var leaks: [String] = []
            for column in columns {
                let (table, name) = (try column[0].string, try column[1].string)
                let test =
                    try column[2].bool
                    ? "position('PR0D'::bytea IN \(name)) > 0" : "position('PR0D' IN \(name)::text) > 0"
                let found = try await pool.query(PostgresQuery("SELECT count(*) FROM \(table) WHERE \(test)"))
                if try found[0][0].int > 0 { leaks.append("\(table).\(name)") }
            }
            let samples = try await pool.query(
                PostgresQuery(
                    """
                    SELECT 'sample of ' || tablename || '.' || attname FROM pg_stats
                    WHERE position('PR0D' IN coalesce(most_common_vals::text, '') || coalesce(histogram_bounds::text, '')
                        || coalesce(most_common_elems::text, '')) > 0
                    """))
            return leaks + (try samples.map { try $0[0].string })
        }
    }

    /// Tables whose files on disk hold the mark, in dead rows for instance.
    package static func filesThatLeak(in database: PostgresConfiguration) async throws -> [String] {
        try await withPostgresPool(database) { pool in
            _ = try await pool.query(PostgresQuery("CHECKPOINT", prepared: false))
            let rows = try await pool.query(
                PostgresQuery(
                    """
                    SELECT oid::regclass::text FROM pg_class
                    WHERE relkind IN ('r', 'i', 't') AND relnamespace = 'public'::regnamespace
                        AND pg_relation_size(oid) > 0
                        AND position('PR0D'::bytea IN pg_read_binary_file(pg_relation_filepath(oid))) > 0
                    ORDER BY 1
                    """))
            return try rows.map { try $0[0].string }
        }
    }
}
