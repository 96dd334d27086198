import Environments
import Postgres
import TestSupport
import Testing

@testable import ControlPlane

/// The order in which events are followed, with real transactions that end in another order than they began in.
@Suite struct EventOrderTests {
    private func with(_ body: @Sendable (RecordStore) async throws -> Void) async throws {
        try await withTestPool(limits: .init(maximum: 8)) { pool in
            try await RecordStore.migrate(pool)
            try await body(
                RecordStore(pool: pool, secrets: try SecretBox(key: Array(repeating: 7, count: 32)), replica: "one"))
        }
    }

    private func note(_ store: RecordStore, _ kind: String, of name: String = "x") async throws {
        try await store.note(.environment, "id-\(name)", name: name, kind: kind, message: "m", by: .local)
    }

    private func kinds(_ page: EventPage) -> [String] { page.events.map(\.kind) }

    @Test func aLineThatIsCommittedLateIsNotMissed() async throws {
        try await with { store in
            try await store.pool.transaction { early in
                try await early.query(
                    """
                    INSERT INTO events (subject_kind, subject_id, kind, message)
                    VALUES ('environment', 'id-x', 'early', 'm')
                    """)
                try await note(store, "late")
                // The later one is committed and has to wait: what comes before it is not known yet.
                let held = try await store.events(after: .start, EventFilter(), limit: 10)
                #expect(held.events.isEmpty)
                #expect(held.isHeld)
                let history = try await store.events(subject: "id-x")
                #expect(history.map(\.kind) == ["late"])
            }
            let page = try await store.events(after: .start, EventFilter(), limit: 10)
            #expect(kinds(page) == ["early", "late"])
            #expect(!page.isHeld && !page.isFull)
        }
    }

    @Test func aTransactionThatWritesNothingYetHoldsWhatComesAfterIt() async throws {
        try await with { store in
            try await store.pool.transaction { early in
                try await early.query("SELECT pg_current_xact_id()")
                try await note(store, "late")
                #expect(try await store.events(after: .start, EventFilter(), limit: 10).events.isEmpty)
                try await early.query(
                    """
                    INSERT INTO events (subject_kind, subject_id, kind, message)
                    VALUES ('environment', 'id-x', 'early', 'm')
                    """)
            }
            #expect(kinds(try await store.events(after: .start, EventFilter(), limit: 10)) == ["early", "late"])
        }
    }

    @Test func transactionsOfOtherDatabasesHoldNothing() async throws {
        try await with { store in
            try await TestPostgres.withDatabase { other in
                let connection = try await PostgresConnection.connect(other)
                try await connection.query("BEGIN")
                try await connection.query("SELECT pg_current_xact_id()")
                try await note(store, "one")
                let page = try await store.events(after: .start, EventFilter(), limit: 10)
                #expect(kinds(page) == ["one"])
                await connection.close()
            }
        }
    }

    @Test func aRoleThatSeesNoTransactionsOfOthersWaitsForAll() async throws {
        try await with { store in
            try await TestPostgres.withDatabase { other in
                let connection = try await PostgresConnection.connect(other)
                try await connection.query("BEGIN")
                try await connection.query("SELECT pg_current_xact_id()")
                try await note(store, "one")
                let role = "reader_\(UInt32.random(in: 0 ... .max))"
                try await store.pool.withConnection { own in
                    try await own.query(PostgresQuery("CREATE ROLE \(role)"))
                    try await own.query(PostgresQuery("SET ROLE \(role)"))
                    let bound = try await RecordStore.horizon { try await own.query($0) }
                    try await own.query("RESET ROLE")
                    let page = try await store.events(after: .start, EventFilter(), limit: 10)
                    #expect(bound <= (page.events.first?.cursor.transaction ?? 0))
                    try await own.query(PostgresQuery("DROP ROLE \(role)"))
                }
                await connection.close()
            }
        }
    }

    /// Writers whose transactions overlap at random, and a follower beside them: it sees every line once, in the order
    /// of the stream.
    @Test func aFollowerSeesEveryLineOnce() async throws {
        try await with { store in
            let writers = 6
            let each = 25
            let seen = try await withThrowingTaskGroup(of: [EventRecord].self) { group in
                for writer in 0..<writers {
                    group.addTask {
                        for number in 0..<each {
                            try await store.pool.transaction { connection in
                                try await connection.query("SELECT pg_current_xact_id()")
                                if Bool.random() {
                                    try await connection.query("SELECT pg_sleep(random() * 0.01)")
                                }
                                try await connection.query(
                                    """
                                    INSERT INTO events (subject_kind, subject_id, kind, message)
                                    VALUES ('environment', 'id', 'k', $1)
                                    """, .text("\(writer)/\(number)"))
                                if Bool.random() {
                                    try await connection.query("SELECT pg_sleep(random() * 0.01)")
                                }
                            }
                        }
                        return []
                    }
                }
                group.addTask {
                    var follower = EventFollower(
                        store: store, hub: ChangeHub(), pollInterval: .milliseconds(5), filter: EventFilter(),
                        position: .start)
                    var seen: [EventRecord] = []
                    while seen.count < writers * each {
                        let events = try await follower.next(within: .seconds(20))
                        try #require(!events.isEmpty, "nothing came after \(seen.count) events")
                        seen += events
                    }
                    return seen
                }
                var seen: [EventRecord] = []
                for try await part in group { seen += part }
                return seen
            }
            #expect(Set(seen.map(\.message)).count == writers * each)
            #expect(seen.count == writers * each)
            #expect(seen.map(\.cursor) == seen.map(\.cursor).sorted())
        }
    }

    @Test func filtersPagesAndTheNewest() async throws {
        try await with { store in
            for number in 1...5 { try await note(store, "k\(number)", of: number.isMultiple(of: 2) ? "even" : "odd") }
            let odd = EventFilter(name: "odd")
            let first = try await store.events(after: .start, odd, limit: 2)
            #expect(kinds(first) == ["k1", "k3"])
            #expect(first.isFull && first.position == first.events.last?.cursor)
            let second = try await store.events(after: first.position, odd, limit: 2)
            #expect(kinds(second) == ["k5"])
            #expect(!second.isFull)
            #expect(second.position > (second.events.last?.cursor ?? .start))
            #expect(kinds(try await store.events(after: second.position, odd, limit: 2)).isEmpty)
            let some = EventFilter(kinds: ["k2", "k5"])
            #expect(kinds(try await store.events(after: .start, some, limit: 9)) == ["k2", "k5"])
            #expect(kinds(try await store.newestEvents(EventFilter(), limit: 3)) == ["k3", "k4", "k5"])
            let event = try #require(try await store.newestEvents(odd, limit: 1).events.first)
            #expect(event.subjectName == "odd" && event.actor == "local" && event.subjectKind == .environment)
        }
    }
}
