import ExtendDBLayout
import Postgres
import TestSupport
import Testing

@Suite struct LayoutProbeTests {
    func probe(after changes: String...) async throws -> LayoutProbe {
        try await LayoutFixture.withLayout { connection in
            for change in changes { try await connection.execute(script: change) }
            return try await LayoutProbe.read(on: connection)
        }
    }

    func refusal(after changes: String...) async throws -> LayoutError? {
        try await LayoutFixture.withLayout { connection in
            for change in changes { try await connection.execute(script: change) }
            return await #expect(throws: LayoutError.self) { try await LayoutProbe.read(on: connection) }
        }
    }

    @Test func whatBootstrapMakes() async throws {
        var probe = try await probe()
        probe.defaultCollation = LayoutProbe.bootstrapped.defaultCollation
        #expect(probe == .bootstrapped)
    }

    @Test func firstVariantOfTheSameVersion() async throws {
        let probe = try await probe(
            after: """
                ALTER TABLE tables DROP COLUMN table_class, DROP COLUMN sse_specification,
                DROP COLUMN on_demand_throughput
                """)
        #expect(probe.catalogVersion == "0.0.2")
        #expect(!probe.hasTableClass)
    }

    @Test func laterMigrations() async throws {
        let probe = try await probe(
            after: "UPDATE settings SET value = '0.0.3' WHERE key = 'catalog_version'",
            "CREATE TABLE gsi_pending (id bigserial)", "CREATE TABLE vector_indexes (index_name text)",
            "ALTER TABLE idempotency_tokens ADD COLUMN account_id text",
            "INSERT INTO schema_history (filename) VALUES ('002_gsi_pending.sql')")
        #expect(probe.catalogVersion == "0.0.3")
        #expect(probe.hasPendingIndexChanges)
        #expect(probe.hasVectorIndexes)
        #expect(probe.hasAccountScopedTokens)
        #expect(probe.migrations == ["001_data_schema.sql", "001_schema.sql", "002_gsi_pending.sql"])
    }

    @Test(arguments: ["0.0.1", "0.0.4", "0.1.0", "1.0.0", "0.0.2 ", ""])
    func otherVersionsAreRefusedByName(version: String) async throws {
        let error = try await refusal(after: "UPDATE settings SET value = '\(version)' WHERE key = 'catalog_version'")
        #expect(error?.code == .unsupportedVersion)
        #expect(error?.message.contains("version \(version);") == true)
        #expect(error?.message.contains("0.0.2 and 0.0.3") == true)
    }

    @Test func featuresThatWouldBeServedWrongly() async throws {
        let escapes = try await refusal(
            after: "INSERT INTO schema_history (filename) VALUES ('004_escape_control_chars')")
        #expect(escapes?.code == .unsupportedFeature)
        let vector = try await refusal(
            after: "CREATE TABLE vector_indexes (index_name text); INSERT INTO vector_indexes VALUES ('similar')")
        #expect(vector?.code == .unsupportedFeature)
        #expect(vector?.message.contains("'similar'") == true)
    }

    @Test func otherDatabases() async throws {
        try await withTestConnection { connection in
            let error = await #expect(throws: LayoutError.self) { try await LayoutProbe.read(on: connection) }
            #expect(error?.code == .notACatalog)
            #expect(error?.message.contains(connection.configuration.database) == true)
        }
        let error = try await refusal(after: "DELETE FROM settings")
        #expect(error?.code == .notACatalog)
    }
}
