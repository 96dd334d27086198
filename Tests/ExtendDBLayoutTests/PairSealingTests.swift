import DynamoModel
import ExtendDBLayout
import Postgres
import TestSupport
import Testing

/// Sealing of a copy of production in ExtendDB's two databases.
@Suite struct PairSealingTests {
    /// A pair of cloned databases with connections to both.
    struct Pair: Sendable {
        let catalog: PostgresConnection
        let data: ClonedData

        func seal(ttl: TimeToLivePolicy = .keep, claim: Int64 = 0) async throws -> SealedCredential {
            try await Sealing.seal(on: catalog, data: data, ttl: ttl, claim: claim)
        }

        func refusal() async -> LayoutError? {
            await #expect(throws: LayoutError.self) { try await seal() }
        }
    }

    static func withPair<T: Sendable>(
        _ level: ExtendDBLevel, url: String? = nil, _ body: (Pair) async throws -> T
    ) async throws -> T {
        try await TestPostgres.withDatabase { catalog in
            try await TestPostgres.withDatabase { data in
                try await ExtendDBDeployment.makeProduction(level, catalog: catalog, data: data, url: url)
                let connections = [
                    try await PostgresConnection.connect(catalog), try await PostgresConnection.connect(data),
                ]
                var access = data
                access.user = "clone-role"
                access.password = "Role_pass-1"
                let pair = Pair(
                    catalog: connections[0], data: ClonedData(connection: connections[1], access: access))
                do {
                    let value = try await body(pair)
                    for connection in connections { await connection.close() }
                    return value
                } catch {
                    for connection in connections { await connection.close() }
                    throw error
                }
            }
        }
    }

    @Test(arguments: ExtendDBLevel.allCases)
    func nothingOfProductionIsLeft(level: ExtendDBLevel) async throws {
        try await Self.withPair(level) { pair in
            let before = try await ExtendDBDeployment.leaks(in: pair.catalog.configuration)
            for table in ["settings.value", "access_keys.secret_key_encrypted", "sample of settings.value"] {
                #expect(before.contains(table), "the fixture leaks nothing: \(before)")
            }
            let credential = try await pair.seal()
            #expect(try await ExtendDBDeployment.leaks(in: pair.catalog.configuration) == [])
            #expect(try await ExtendDBDeployment.leaks(in: pair.data.connection.configuration) == [])
            #expect(try await ExtendDBDeployment.filesThatLeak(in: pair.catalog.configuration) == [])

            #expect(credential.accountID == ExtendDBDeployment.productionAccount)
            for key in ExtendDBDeployment.productionKeys {
                #expect(try await AccessKeyStore().find(key, on: pair.catalog) == nil)
            }
            let found = try await AccessKeyStore().find(credential.accessKeyID, on: pair.catalog)
            #expect(found?.secretAccessKey == credential.secretAccessKey)
            try await Sealing.verify(credential, on: pair.catalog, data: pair.data)
        }
    }

    @Test func theCatalogNamesTheClone() async throws {
        try await Self.withPair(.second) { pair in
            _ = try await pair.seal()
            let rows = try await pair.catalog.texts("SELECT key, value FROM settings")
            let settings = Dictionary(rows.map { ($0[0], $0[1]) }) { $1 }
            let data = pair.data.access
            let host = data.host.split(separator: "/").map { "%2F" + $0 }.joined()
            #expect(
                settings["data_database_connection_string"]
                    == "postgresql://clone-role:Role_pass-1@\(host):\(data.port)/\(data.database)")
            #expect(settings["data_database_name"] == data.database)
            for (key, value) in [
                ("control_plane_delay_seconds", "0"), ("gsi_propagation_delay_ms", "0"),
                ("index_propagation_delay_ms", "0"), ("throttling_enabled", "false"),
                ("allow_credential_import", "false"), ("catalog_version", "0.0.3"),
            ] {
                #expect(settings[key] == value, "\(key)")
            }
            #expect(settings["log_level"] == nil)
            // ExtendDB's server reads the setting as a URL, and so does libpq.
            let url = try PostgresConfiguration(url: settings["data_database_connection_string"] ?? "")
            #expect(url.host == data.host && url.database == data.database && url.password == data.password)
        }
    }

    /// Every way in which a setting can lead elsewhere, a server that would answer among them.
    @Test(arguments: [
        "postgresql://u:PR0D@127.0.0.1:1/extenddb",
        "postgres://u:PR0D@[::1]:5432/x?sslmode=disable&options=-csearch_path%3Da",
        "host=PR0D dbname=extenddb", "postgresql://postgres:PR0D@%2Ftmp/postgres", "PR0D garbage", "",
    ])
    func hostileSettings(url: String) async throws {
        try await Self.withPair(.first, url: url) { pair in
            let credential = try await pair.seal()
            #expect(try await ExtendDBDeployment.leaks(in: pair.catalog.configuration) == [])
            try await Sealing.verify(credential, on: pair.catalog, data: pair.data)
        }
    }

    @Test(arguments: ExtendDBLevel.allCases)
    func whatWasUnderWayIsSettled(level: ExtendDBLevel) async throws {
        try await Self.withPair(level) { pair in
            _ = try await pair.seal()
            let tables = try await pair.catalog.texts(
                "SELECT account_id, table_name, table_status FROM tables ORDER BY 1, 2")
            let own = ["blobs", "growing", "measurements", "nearly-made", "orders", "people"]
            #expect(
                tables == own.map { [ExtendDBDeployment.productionAccount, $0, "ACTIVE"] }
                    + [[ExtendDBDeployment.partnerAccount, "orders", "ACTIVE"]])
            #expect(
                try await pair.catalog.texts("SELECT index_name FROM indexes ORDER BY 1")
                    == ["by-kind", "by-state", "by-token", "by-total"].map { [$0] })
            #expect(try await pair.catalog.texts("SELECT DISTINCT resource_arn FROM tags").count == 1)
            let relations = try await pair.data.connection.texts(
                #"SELECT right(relname, 3) FROM pg_class WHERE relkind = 'r' AND relname LIKE '\_ddb\_%' ORDER BY 1"#)
            #expect(
                relations.map { $0[0] } == [
                    "001", "002", "003", "004", "005", "011", "017", "101", "102", "103", "201",
                ])
            #expect(
                try await pair.data.connection.texts("SELECT DISTINCT right(table_id, 2) FROM stream_shards") == [
                    ["01"]
                ])
            #expect(
                try await pair.data.connection.texts("SELECT count(*) FROM pg_class WHERE relname LIKE 'idx_ttl%'")
                    == [["0"]])
        }
    }

    @Test func waitingIndexChangesAreApplied() async throws {
        try await Self.withPair(.second) { pair in
            _ = try await pair.seal()
            let entries = try await pair.data.connection.texts(
                """
                SELECT pk, sk_n, base_pk, base_sk_s, item_data -> 'total' ->> 'N', item_data -> 'note' ->> 'S'
                FROM "_ddb_00000000-0000-4000-8000-000000000101" ORDER BY pk, sk_n, base_pk, base_sk_s
                """)
            #expect(
                entries == [
                    ["open", "1", "ann", "2026-03", "1", "∅"], ["open", "10", "ann", "2026-01", "10", "first"],
                    ["paid", "11", "ann", "2026-02", "11", "∅"],
                ])
            #expect(try await pair.data.connection.texts("SELECT count(*) FROM gsi_pending") == [["0"]])
        }
    }

    @Test func sealingCanBeRepeated() async throws {
        try await Self.withPair(.second) { pair in
            let first = try await pair.seal(ttl: .freeze, claim: 1)
            let second = try await pair.seal(ttl: .freeze, claim: 2)
            #expect(first.accessKeyID != second.accessKeyID)
            #expect(try await AccessKeyStore().find(first.accessKeyID, on: pair.catalog) == nil)
            #expect(
                try await pair.catalog.texts("SELECT count(*) FROM tables WHERE ttl_attribute IS NOT NULL") == [["0"]])
            let late = await #expect(throws: LayoutError.self) { try await pair.seal(claim: 1) }
            #expect(late?.message.contains("later claim") == true)
            #expect(try await AccessKeyStore().find(second.accessKeyID, on: pair.catalog) != nil)
        }
    }

    // MARK: Refusals

    /// Refused with a reason that names what was found, and nothing has changed.
    private func expectRefusal(
        _ level: ExtendDBLevel, catalog: String = "SELECT", data: String = "SELECT", _ parts: [String],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await Self.withPair(level) { pair in
            try await pair.catalog.execute(script: catalog)
            try await pair.data.connection.execute(script: data)
            func state() async throws -> [[String]] {
                try await pair.catalog.texts("SELECT key, value FROM settings ORDER BY key")
                    + pair.catalog.texts("SELECT count(*), min(xmin::text), max(xmin::text) FROM access_keys")
                    + pair.data.connection.texts("SELECT count(*), max(xmin::text) FROM stream_records")
            }
            let before = try await state()
            let error = await pair.refusal()
            for part in parts {
                #expect(
                    error?.message.contains(part) == true, "\(error?.message ?? "no error")",
                    sourceLocation: sourceLocation)
            }
            #expect(error?.message.contains("PR0D") == false, sourceLocation: sourceLocation)
            #expect(try await state() == before, sourceLocation: sourceLocation)
        }
    }

    @Test(arguments: ["0.0.1", "0.0.4", "0.1.0", "1.0.0", "1.0", "next"])
    func unknownVersions(version: String) async throws {
        try await expectRefusal(
            .second, catalog: "UPDATE settings SET value = '\(version)' WHERE key = 'catalog_version'",
            ["the catalog has version \(version);", "0.0.2 and 0.0.3"])
    }

    @Test func keysThatCannotBeReplaced() async throws {
        try await expectRefusal(
            .edited, catalog: "DELETE FROM settings WHERE key = 'encryption_key'", ["no encryption_key"])
        try await expectRefusal(
            .edited, catalog: "UPDATE settings SET value = 'wrapped:v1:PR0D' WHERE key = 'encryption_key'",
            ["encryption_key", "wrapped"])
        try await expectRefusal(
            .edited, catalog: "INSERT INTO settings VALUES ('wrapped_data_key', 'PR0D')", ["wrapped_data_key"])
    }

    @Test func databasesThatLackSomething() async throws {
        try await expectRefusal(
            .first, catalog: "DROP TABLE login_attempts, iam_policies", ["iam_policies, login_attempts"])
        try await expectRefusal(
            .first, data: "DROP TABLE idempotency_tokens", ["no ExtendDB data", "idempotency_tokens"])
        try await expectRefusal(
            .second, data: "INSERT INTO schema_history VALUES ('004_escape_control_chars')", ["control characters"])
        try await expectRefusal(
            .second,
            catalog: """
                INSERT INTO vector_indexes (table_id, index_name, index_id, dimensions, distance_function,
                    vector_attribute, projection)
                SELECT table_id, 'near', 'v', 3, 'COSINE', '{}', '{}' FROM tables LIMIT 1
                """, ["'near'"])
    }

    @Test func aDatabaseOfAnotherCatalog() async throws {
        try await expectRefusal(
            .first,
            data: """
                DO $$ DECLARE r record; BEGIN FOR r IN SELECT relname FROM pg_class WHERE relkind = 'r'
                    AND relname LIKE '\\_ddb\\_%' LOOP EXECUTE format('ALTER TABLE %I RENAME TO %I', r.relname,
                    overlay(r.relname PLACING 'ffff' FROM 6)); END LOOP; END $$
                """, ["is not the catalog's"])
    }

    @Test func otherWaysOut() async throws {
        try await expectRefusal(
            .first, catalog: "INSERT INTO settings VALUES ('replica', 'host=PR0D user=x')", ["the setting replica"])
        try await expectRefusal(
            .first, data: "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER archive FOREIGN DATA WRAPPER w",
            ["foreign server 'archive'"])
    }

    @Test func accessThatExtendDBReadsDifferently() async throws {
        try await Self.withPair(.first) { pair in
            for (user, password) in [("a@b", "p"), ("role", "p/w"), ("role", "p%20")] {
                var access = pair.data.access
                access.user = user
                access.password = password
                let data = ClonedData(connection: pair.data.connection, access: access)
                let error = await #expect(throws: LayoutError.self) {
                    try await Sealing.seal(on: pair.catalog, data: data)
                }
                #expect(error?.code == .conflict)
                #expect(error?.message.contains(password) == false || password == "p")
            }
        }
    }
}
