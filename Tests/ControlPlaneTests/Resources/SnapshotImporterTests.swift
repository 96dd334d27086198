import DynamoModel
import Environments
import ExtendDBLayout
import Postgres
import Synchronization
import Testing

@testable import ControlPlane

extension ResourceTests {
    @Suite struct SnapshotImporterTests {
        private let mark = InstallationMark(
            installation: "0a0b0c", kind: .snapshot, id: uniqueID(), generation: 1)
        private var database: String { "envctl_s_\(mark.id)_g1" }

        private func run(
            _ fixture: ExportFixture, progress: @escaping @Sendable (ImportProgress) -> Void = { _ in }
        ) async throws -> ImportedGeneration {
            let importer = SnapshotImporter(admin: try await ResourceServer.admin(), logger: quiet)
            return try await importer.run(
                ImportRequest(database: database, directory: fixture.directory, mark: mark), progress: progress)
        }

        private func exists() async throws -> Bool {
            try await PostgresAdmin(configuration: ResourceServer.admin()).session("look") { connection in
                try await connection.query("SELECT FROM pg_database WHERE datname = $1", .text(database)).isEmpty
                    == false
            }
        }

        private func drop() async throws {
            let provider = TemplateProvider(
                admin: PostgresAdmin(configuration: try await ResourceServer.admin()),
                installation: mark.installation, logger: quiet)
            try await provider.drop(database: database, role: nil)
        }

        /// Opens the sealed template for a look inside.
        private func inside<T: Sendable>(_ body: (PostgresConnection) async throws -> T) async throws -> T {
            let admin = PostgresAdmin(configuration: try await ResourceServer.admin())
            try await admin.session("open") { connection in
                try await connection.query(
                    PostgresQuery("ALTER DATABASE \"\(database)\" ALLOW_CONNECTIONS true", prepared: false))
            }
            return try await admin.session(database: database, "look inside", body)
        }

        private func refused(_ fixture: ExportFixture) async throws -> ControlError {
            let error = try await #require(throws: ControlError.self) { try await run(fixture) }
            #expect(try await exists() == false)
            return error
        }

        @Test func loadsItemsAndIndexes() async throws {
            var fixture = try ExportFixture()
            fixture.files = [(0..<700).map { ExportFixture.item($0) }, [], (700..<1000).map { ExportFixture.item($0) }]
            try fixture.write()
            let last = Mutex<ImportProgress?>(nil)
            let generation = try await run(fixture) { progress in last.withLock { $0 = progress } }
            #expect(generation.tables.map(\.name) == ["music"])
            #expect(generation.items == 1000)
            #expect(generation.accountID == "123456789012")
            #expect(generation.databaseBytes > 1_000_000)
            #expect(generation.probeTarget?.key["artist"] == .string("artist 0"))
            let progress = try #require(last.withLock { $0 })
            #expect(progress.itemsDone == 1000 && progress.itemsTotal == 1000)
            #expect(progress.bytesDone == progress.bytesTotal && progress.bytesTotal > 0)

            let sealed = try await PostgresAdmin(configuration: ResourceServer.admin()).session("look") { connection in
                try await ServerFacts.read([database], on: connection).database(database)
            }
            #expect(sealed?.isTemplate == true && sealed?.allowsConnections == false && sealed?.owner == "envctl")
            #expect(sealed?.comment.flatMap(InstallationMark.init(comment:)) == mark)

            try await inside { connection in
                let table = try #require(
                    try await Catalog().loadTable("music", account: "123456789012", on: connection))
                #expect(table.itemCount == 1000 && table.status == .active)
                let expected = try fixture.files.joined().map { line in
                    try table.physical.row(for: Item(storedJSON: Array(line.utf8.dropFirst(8).dropLast())))
                }
                let rows = try await connection.query(
                    PostgresQuery("SELECT item_data FROM \(table.physical.relation)"))
                #expect(Set(try rows.map { try Item(storedJSON: $0[0].bytes) }) == Set(expected.map(\.item)))
                for index in table.physical.indexes {
                    try await compare(index, expected, on: connection)
                }
                let owners = try await connection.query(
                    """
                    SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'
                    """)
                #expect(try owners.map { try $0[0].string } == ["envctl_data"])
            }
            try await drop()
            #expect(try await exists() == false)
        }

        /// Every file of the template is copied for every clone.
        @Test func onlyLargeRelationsKeepTheirMaps() async throws {
            var fixture = try ExportFixture()
            let extra = #","text":{"S":"\#(String(repeating: "x", count: 1_500))"}"#
            fixture.files = [(0..<2_000).map { ExportFixture.item($0, extra: extra) }]
            try fixture.write()
            #expect(try await run(fixture).items == 2_000)
            try await inside { connection in
                let mapped = try await connection.query(
                    """
                    SELECT relname::text, pg_relation_size(oid) > 1048576 FROM pg_class
                    WHERE relkind = 'r' AND NOT relisshared
                        AND pg_relation_size(oid, 'fsm') + pg_relation_size(oid, 'vm') > 0
                    """)
                let large = try mapped.filter { try $0[1].bool }.map { try $0[0].string }
                let small = try mapped.filter { try !$0[1].bool }.map { try $0[0].string }
                // The last two change each other's rows.
                #expect(small.filter { !["pg_attribute", "pg_class"].contains($0) } == [])
                let table = try #require(
                    try await Catalog().loadTable("music", account: "123456789012", on: connection))
                let name = table.physical.relation.replacing("\"", with: "")
                #expect(large.contains(name))
                // What the writing anew must leave: the statistics, and the file that spares sessions reading catalogs.
                let kept = try await connection.query(
                    """
                    SELECT (SELECT count(*) FROM pg_stats WHERE schemaname = 'public'),
                        (SELECT reltuples::bigint FROM pg_class WHERE relname = $1),
                        (pg_stat_file('base/' || d.oid || '/pg_internal.init', true)).size
                    FROM pg_database d WHERE datname = current_database()
                    """, .text(name))
                #expect(try kept[0][0].int > 20)
                #expect(try kept[0][1].int == 2_000)
                #expect(try kept[0][2].int > 10_000)
            }
            try await drop()
        }

        /// The rows that the server built equal the ones that a write of each item would make.
        private func compare(
            _ index: PhysicalIndex, _ rows: [ItemRow], on connection: PostgresConnection
        ) async throws {
            let keys = index.key.columns + index.base.columns
            let stored = try await connection.query(
                PostgresQuery(
                    "SELECT \(keys.map { "\($0.name)::text" }.joined(separator: ", ")), item_data FROM \(index.relation)"
                ))
            var made: Set<[String]> = []
            var items: [[String]: Item] = [:]
            for row in stored {
                let key = try keys.indices.map { try row[$0].string }
                made.insert(key)
                items[key] = try Item(storedJSON: row[keys.count].bytes)
            }
            var wanted: Set<[String]> = []
            for row in rows {
                guard let expected = try index.row(for: row) else { continue }
                let key = (expected.key.values + expected.base.values).map(\.rendered)
                wanted.insert(key)
                #expect(items[key] == (try Item(storedJSON: expected.json)), "\(index.name) \(key)")
            }
            #expect(made == wanted && !wanted.isEmpty, "\(index.name)")
            #expect(stored.count == wanted.count)
        }

        /// The role of every environment is a member of the one that loads.
        @Test func whileItIsLoadedNoEnvironmentCanReachIt() async throws {
            let snapshot = SnapshotDatabase(
                admin: PostgresAdmin(configuration: try await ResourceServer.admin()), owner: "envctl", name: database,
                mark: mark)
            try await snapshot.create()
            try await snapshot.bootstrap(accountID: "123456789012")
            let open = try await snapshot.admin.session("look") { connection in
                let rows = try await connection.query(
                    "SELECT has_database_privilege('envctl_data', $1::name, 'CONNECT')", .text(database))
                return try rows[0][0].bool
            }
            #expect(!open)
            try await snapshot.drop()
            #expect(try await exists() == false)
        }

        @Test func aTruncatedFileLeavesNothing() async throws {
            var fixture = try ExportFixture()
            fixture.files = [(0..<100).map { ExportFixture.item($0) }]
            try fixture.write(truncateBy: 9)
            let error = try await refused(fixture)
            #expect(error.message.contains("file0.json.gz") && error.message.contains("cut off"))
        }

        @Test func aWrongChecksumLeavesNothing() async throws {
            var fixture = try ExportFixture()
            fixture.files = [(0..<100).map { ExportFixture.item($0) }]
            try fixture.write(wrongChecksum: true)
            let error = try await refused(fixture)
            #expect(error.message.contains("file0.json.gz") && error.message.contains("MD5"))
        }

        @Test func aWrongItemCountLeavesNothing() async throws {
            var fixture = try ExportFixture()
            fixture.files = [(0..<100).map { ExportFixture.item($0) }]
            try fixture.write(itemCountOffset: 1)
            #expect(try await refused(fixture).message.contains("holds 100 items, but the manifest says 101"))
        }

        @Test(arguments: [
            (#"{"Item":{"artist":{"S":"x"}"#, "line 3"),
            ("nonsense", "line 3"),
            (#"{"Item":{"artist":{"S":"x"}}}"#, "Missing the key year"),
            (#"{"Item":{"artist":{"N":"1"},"year":{"N":"1"}}}"#, "Type mismatch for key artist"),
            (#"{"Item":{"artist":{"S":"x"},"year":{"N":"one"}}}"#, "line 3"),
            (#"{"Item":{"artist":{"S":"x"},"year":{"N":"1"},"label":{"S":"x"}}}"#, "label"),
            (#"{"Keys":{},"NewImage":{"artist":{"S":"x"}}}"#, "incremental"),
            (#"{"Item":{"artist":{"S":"x\u0000"},"year":{"N":"1"}}}"#, "U+0000"),
        ]) func aBadLineIsNamed(line: String, expected: String) async throws {
            var fixture = try ExportFixture()
            fixture.files = [[ExportFixture.item(1), ExportFixture.item(2), line, ExportFixture.item(4)]]
            try fixture.write()
            let error = try await refused(fixture)
            #expect(error.message.contains("file0.json.gz, line 3") && error.message.contains(expected), "\(error)")
        }

        @Test func anItemThatIsTooLargeIsNamed() async throws {
            var fixture = try ExportFixture()
            let large = String(repeating: "x", count: 409_600)
            fixture.files = [[ExportFixture.item(1), ExportFixture.item(2, extra: #","large":{"S":"\#(large)"}"#)]]
            try fixture.write()
            #expect(try await refused(fixture).message.contains("line 2: the item is"))
        }

        @Test func aKeyThatComesTwiceIsNamed() async throws {
            var fixture = try ExportFixture()
            fixture.files = [[ExportFixture.item(1)], [ExportFixture.item(2), ExportFixture.item(1)]]
            try fixture.write()
            let error = try await refused(fixture)
            #expect(error.message.contains("same key") && error.message.contains("artist 0"), "\(error)")
        }

        @Test func aCancelledImportLeavesNothing() async throws {
            var fixture = try ExportFixture()
            fixture.files = (0..<40).map { file in (0..<500).map { ExportFixture.item(file * 500 + $0) } }
            try fixture.write()
            let fixtureToRead = fixture
            // Cancelled by its own first report, which it makes in the middle of the load: whoever only hears of that
            // may come after its end.
            let importing = Mutex<Task<ControlError?, Never>?>(nil)
            let (isKnown, known) = AsyncStream<Void>.makeStream()
            let task = Task { () -> ControlError? in
                for await _ in isKnown {}
                do {
                    _ = try await run(fixtureToRead) { _ in importing.withLock { $0 }?.cancel() }
                    return nil
                } catch {
                    return error as? ControlError
                }
            }
            importing.withLock { $0 = task }
            known.finish()
            let error = await task.value
            #expect(error?.code == .cancelled)
            #expect(try await exists() == false)
        }

        @Test func anEarlierTryIsReplacedAndAForeignDatabaseIsNot() async throws {
            var fixture = try ExportFixture()
            fixture.files = [[ExportFixture.item(1)]]
            try fixture.write()
            #expect(try await run(fixture).items == 1)
            #expect(try await run(fixture).items == 1)
            let admin = PostgresAdmin(configuration: try await ResourceServer.admin())
            try await admin.session("disguise") { connection in
                try await connection.query(
                    PostgresQuery("COMMENT ON DATABASE \"\(database)\" IS 'somebody else''s'", prepared: false))
            }
            let error = await #expect(throws: ControlError.self) { try await run(fixture) }
            #expect(error?.code == .conflict)
            #expect(try await exists())
            try await admin.session("clean up") { connection in
                try await connection.query(
                    PostgresQuery("ALTER DATABASE \"\(database)\" IS_TEMPLATE false", prepared: false))
                try await connection.query(PostgresQuery("DROP DATABASE \"\(database)\"", prepared: false))
            }
        }
    }
}

extension KeyValue {
    /// As PostgreSQL shows the column as text.
    fileprivate var rendered: String {
        switch self {
        case .text(let text): text.string
        case .numeric(let number): number.description
        case .bytea(let bytes): "\\x" + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
    }
}
