import Environments
import Postgres
import Testing

@testable import ControlPlane

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite struct PostmasterFileTests {
    @Test func readsTheLinesThatMatter() {
        let file = PostmasterFile(
            text: "4711\n/var/data\n1700000000\n54321\n/tmp/with space\n127.0.0.1\n  5432001    98304\nready   \n")
        #expect(file == PostmasterFile(pid: 4711, port: 54321, socketDirectory: "/tmp/with space"))
    }

    @Test func aServerThatHasJustBeenStartedNamesNoSocketYet() {
        let file = PostmasterFile(text: "4711\n/var/data\n1700000000\n54321\n\n")
        #expect(file == PostmasterFile(pid: 4711, port: 54321, socketDirectory: ""))
    }

    @Test(arguments: ["", "4711\n", "x\n/d\n1\n2\n/s\n", "-4\n/d\n1\n2\n/s\n"])
    func anUnfinishedFileIsNone(text: String) {
        #expect(PostmasterFile(text: text) == nil)
    }
}

@Suite struct PostgresBinariesTests {
    @Test(arguments: [
        ("postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)", 15), ("postgres (PostgreSQL) 18beta1\n", 18),
    ]) func versions(text: String, expected: Int) {
        #expect(PostgresBinaries.majorVersion(in: text) == expected)
    }

    @Test func otherProgramsHaveNoVersion() {
        #expect(PostgresBinaries.majorVersion(in: "psql 15") == nil)
    }

    @Test func aNamedDirectoryIsTheOnlyOne() throws {
        let error = #expect(throws: ControlError.self) {
            try PostgresBinaries.candidates(environment: ["ENVCTL_POSTGRES_BIN": "/nowhere", "PATH": "/usr/bin"])
        }
        #expect(error?.code == .misconfigured && error?.hint != nil)
    }
}

@Suite struct PostgresPathsTests {
    @Test func aDeepStateDirectoryGetsAShortSocketDirectory() {
        let shallow = PostgresPaths(state: "/var/lib/envctl")
        #expect(shallow.socketDirectory == "/var/lib/envctl/run/postgres")
        let deep = PostgresPaths(state: "/" + String(repeating: "d", count: 90))
        #expect(deep.socketDirectory.hasPrefix("/tmp/envctl-"))
        #expect(deep.socketDirectory == PostgresPaths(state: deep.state).socketDirectory)
        #expect(deep.socketDirectory != PostgresPaths(state: deep.state + "e").socketDirectory)
    }
}

@Suite struct PostgresSettingsTests {
    private func settings(memory: Int?, listens: Bool = true) -> PostgresSettings {
        PostgresSettings(port: 1, socketDirectory: "/it's", memoryBytes: memory, listensOnLoopback: listens)
    }

    @Test func sharedBuffersFollowTheMemory() {
        #expect(settings(memory: nil).sharedBuffersMiB == 128)
        #expect(settings(memory: 512 << 20).sharedBuffersMiB == 128)
        #expect(settings(memory: 4 << 30).sharedBuffersMiB == 512)
        #expect(settings(memory: 64 << 30).sharedBuffersMiB == 1024)
    }

    #if os(Linux)
        @Test func recoverySyncsWholeFileSystemsWhereTheServerCan() {
            var settings = settings(memory: nil)
            #expect(!settings.configuration.contains("recovery_init_sync_method"))
            settings.supportsSyncFS = true
            #expect(settings.configuration.contains("recovery_init_sync_method = syncfs"))
        }
    #endif

    /// A minute, the default, costs a process for every database in it.
    @Test func databasesThatSleepAreLeftAlone() {
        #expect(settings(memory: nil).configuration.contains("\nautovacuum_naptime = 5min\n"))
    }

    @Test func textIsQuoted() {
        #expect(settings(memory: nil).configuration.contains("unix_socket_directories = '/it''s'"))
        #expect(settings(memory: nil, listens: false).configuration.contains("listen_addresses = ''"))
    }
}

/// One server through its life. Each test makes its own.
@Suite(.serialized) struct PrivatePostgresTests {
    private func make(_ state: String) -> PrivatePostgres {
        PrivatePostgres(stateDirectory: state, environment: testEnvironment, logger: quiet)
    }

    private func answer(_ server: PrivatePostgresServer, _ sql: String) async throws -> String {
        try await PostgresAdmin(configuration: server.admin).session("ask") { connection in
            try await connection.query(PostgresQuery(sql))[0][0].string
        }
    }

    @Test func startsAdoptsRestartsAndStops() async throws {
        let state = try TemporaryDirectory.make("life")
        let postgres = make(state)
        #expect(try await postgres.find() == nil)
        let first = try await postgres.start()
        #expect(!first.adopted)
        #expect(try await answer(first, "SHOW wal_level") == "minimal")
        #expect(try await answer(first, "SHOW server_encoding") == "UTF8")
        #expect(
            try await answer(first, "SELECT datcollate FROM pg_database WHERE datname = current_database()") == "C")
        #expect(
            try await answer(first, "SELECT rolcanlogin::text FROM pg_roles WHERE rolname = 'envctl_data'") == "false")
        try await postgres.ensureDatabase("records", on: first)
        try await postgres.ensureDatabase("records", on: first)
        #expect(
            try await answer(
                first, "SELECT has_database_privilege('envctl_data', 'records', 'CONNECT')::text") == "false")
        #expect(
            try await answer(
                first, "SELECT has_database_privilege('envctl_data', 'postgres', 'CONNECT')::text") == "false")

        let adopted = try await make(state).start()
        #expect(adopted.adopted && adopted.pid == first.pid && adopted.admin == first.admin)

        // Loopback works with the password, and only with it.
        var tcp = first.admin
        tcp.host = "127.0.0.1"
        let connection = try await PostgresConnection.connect(tcp)
        await connection.close()
        tcp.password = "wrong"
        await #expect(throws: PostgresError.self) { try await PostgresConnection.connect(tcp) }

        // Killed without a chance to write anything; its pid file stays.
        kill(first.pid, SIGKILL)
        let identity = ProcessIdentity(pid: first.pid, startTime: 0)
        _ = await ChildProcess.poll(within: .seconds(5)) { ProcessIdentity(pid: identity.pid) == nil }
        let second = try await postgres.start()
        #expect(!second.adopted && second.pid != first.pid && second.port == first.port)
        #expect(try await answer(second, "SELECT count(*)::text FROM pg_database WHERE datname = 'records'") == "1")

        try await postgres.stop()
        #expect(ProcessIdentity(pid: second.pid) == nil)
        #expect(try await postgres.find() == nil)
        try await postgres.stop()
        #expect(!PosixFile.exists("\(state)/postgres/postmaster.pid"))
    }

    @Test func secretsAreNotReadable() async throws {
        let state = try TemporaryDirectory.make("modes")
        let postgres = make(state)
        let server = try await postgres.start()
        for file in ["run/postgres.password", "postgres/postgresql.conf"] {
            var status = stat()
            #expect(stat("\(state)/\(file)", &status) == 0)
            #expect(status.st_mode & 0o077 == 0, "\(file)")
        }
        var socket = stat()
        #expect(stat("\(state)/run/postgres", &socket) == 0 && socket.st_mode & 0o077 == 0)

        // A statement that fails is logged without its text.
        await #expect(throws: ControlError.self) {
            try await answer(server, "CREATE ROLE r PASSWORD 'secret-word' SUPERUSER NO_SUCH_OPTION")
        }
        var logged = ""
        for file in try PosixFile.list("\(state)/logs/postgres") {
            logged += try PosixFile.readText("\(state)/logs/postgres/\(file)") ?? ""
        }
        #expect(!logged.contains("secret-word"))
        try await postgres.stop()
    }

    @Test func aHalfMadeDataDirectoryIsMadeAgain() async throws {
        let state = try TemporaryDirectory.make("half")
        try PosixFile.makeDirectory("\(state)/postgres.unfinished/base/1", mode: 0o700)
        try TestFile.write(Array("15\n".utf8), to: "\(state)/postgres.unfinished/PG_VERSION")
        let postgres = make(state)
        let server = try await postgres.start()
        #expect(!server.adopted)
        #expect(!PosixFile.exists("\(state)/postgres.unfinished"))
        try await postgres.stop()
    }

    @Test func aPIDFileOfAnotherProcessIsNoObstacle() async throws {
        let state = try TemporaryDirectory.make("stale")
        let postgres = make(state)
        let server = try await postgres.start()
        let text = try #require(try PosixFile.readText("\(state)/postgres/postmaster.pid"))
        try await postgres.stop()
        // As after a reboot: the pid is alive and belongs to somebody else, this test.
        let stale = text.replacing("\(server.pid)\n", with: "\(getpid())\n", maxReplacements: 1)
        try TestFile.write(Array(stale.utf8), to: "\(state)/postgres/postmaster.pid")
        #expect(try await postgres.find() == nil)
        let again = try await postgres.start()
        #expect(!again.adopted)
        try await postgres.stop()
    }

    @Test func aSocketLockOfAnotherProcessIsNoObstacle() async throws {
        let state = try TemporaryDirectory.make("lock")
        let postgres = make(state)
        let server = try await postgres.start()
        // What a killed server leaves: here its pid has come to somebody who lives, this test.
        let lock = "\(server.admin.host)/.s.PGSQL.\(server.port).lock"
        let text = try #require(try PosixFile.readText(lock))
        try await postgres.stop()
        let stale = text.replacing("\(server.pid)\n", with: "\(getpid())\n", maxReplacements: 1)
        try TestFile.write(Array(stale.utf8), to: lock)
        let again = try await postgres.start()
        #expect(again.port == server.port)
        try await postgres.stop()
    }

    @Test func whatAServerSaidIsJudged() {
        let lock = #"2026 [7] @ FATAL:  lock file "/run/.s.PGSQL.1.lock" already exists"#
        #expect(PrivatePostgres.passes(lock))
        #expect(PrivatePostgres.passes("FATAL:  pre-existing shared memory block (key 1, ID 2) is still in use"))
        #expect(!PrivatePostgres.passes("FATAL:  could not open file \"global/pg_control\""))
        #expect(PrivatePostgres.reason("LOG:  starting\nFATAL:  no\nLOG:  shut down\n") == "FATAL:  no")
        #expect(PrivatePostgres.reason("a\nb\n") == "a | b")
        #expect(PrivatePostgres.reason("") == "it said nothing")
    }

    @Test func aTakenPortLeavesTheSocket() async throws {
        let state = try TemporaryDirectory.make("port")
        let postgres = make(state)
        let first = try await postgres.start()
        try await postgres.stop()
        let squatter = Listener(port: first.port)
        let second = try await postgres.start()
        #expect(second.port == first.port)
        #expect(try await answer(second, "SHOW listen_addresses") == "")
        squatter.close()
        try await postgres.stop()
    }

    @Test func aLostPasswordIsNamed() async throws {
        let state = try TemporaryDirectory.make("password")
        let postgres = make(state)
        _ = try await postgres.start()
        try await postgres.stop()
        try PosixFile.remove("\(state)/run/postgres.password")
        let error = await #expect(throws: ControlError.self) { try await postgres.start() }
        #expect(error?.code == .misconfigured && error?.message.contains("password") == true)
    }

    @Test func missingProgramsAreNamedWithTheirPackage() async throws {
        let state = try TemporaryDirectory.make("missing")
        let postgres = PrivatePostgres(
            stateDirectory: state, environment: ["ENVCTL_POSTGRES_BIN": "/nowhere"], logger: quiet)
        let error = await #expect(throws: ControlError.self) { try await postgres.start() }
        #expect(error?.code == .misconfigured && error?.hint?.contains("postgres") == true)
        #expect(!PosixFile.exists("\(state)/postgres"))
    }

    @Test(.enabled(if: geteuid() == 0)) func asRootTheWayToTheDataMustBePassable() async throws {
        let closed = try TemporaryDirectory.make("closed")
        chmod(closed, 0o700)
        let error = await #expect(throws: ControlError.self) { try await make("\(closed)/state").start() }
        #expect(error?.code == .misconfigured && error?.message.contains(closed) == true)
    }
}
