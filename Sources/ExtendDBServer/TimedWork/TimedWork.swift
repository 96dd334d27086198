import DynamoModel
import ExtendDBLayout
import Logging
import NIOCore
import Postgres
import Synchronization

/// Deletes items whose time has come, and what has grown too old in streams.
///
/// It acts when the data say so: the first request has it look at the database, and from then on it knows when there is
/// next something to do. Until then there is neither a connection nor a timer more than one, and what it does is no
/// activity of a user: an environment that nobody uses falls asleep with it, and looks anew when it wakes.
final class TimedWork: Sendable {
    private let databases: Databases
    private let gate: LayoutGate
    private let tables: TableCache
    private let items: ItemOperations
    private let clock: WallClock
    private let settings: TimeToLiveSettings
    private let logger: Logger
    private let alarm = Alarm()
    private let schedule = Mutex(WorkSchedule())
    private let hasLooked = Atomic(false)
    private let (signals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    init(
        databases: Databases, gate: LayoutGate, tables: TableCache, items: ItemOperations, clock: WallClock,
        settings: TimeToLiveSettings, logger: Logger
    ) {
        self.databases = databases
        self.gate = gate
        self.tables = tables
        self.items = items
        self.clock = clock
        self.settings = settings
        self.logger = logger
    }

    /// A request has ended, and what it changed is committed.
    func requestEnded(_ changes: TimedChanges) {
        let now = clock.now()
        let isFirst = hasLooked.compareExchange(expected: false, desired: true, ordering: .relaxed).exchanged
        let noted = changes.earliest
        let wake = schedule.withLock { schedule in
            if isFirst { schedule.note(now) }
            if let noted { schedule.note(noted + settings.delay) }
            return schedule.wake
        }
        if let wake, wake <= now {
            signal.yield()
        } else if isFirst || noted != nil {
            setAlarm(now)
        }
    }

    /// Works until it is cancelled.
    func run(on loop: any EventLoop) async {
        alarm.start(on: loop)
        defer { alarm.stop() }
        for await _ in signals {
            let now = clock.now()
            if schedule.withLock({ $0.begin(at: now) }) {
                await work()
            }
            setAlarm(clock.now())
        }
    }

    private func setAlarm(_ now: Double) {
        alarm.set(schedule.withLock { $0.wake }, now: now) { self.signal.yield() }
    }

    private func work() async {
        do {
            let streams = try await trimStreams()
            let expiry = settings.deletes ? try await expireItems() : nil
            let next = [streams, expiry].compactMap(\.self).min()
            let now = clock.now()
            schedule.withLock { $0.end(next: next, at: now) }
        } catch {
            let now = clock.now()
            schedule.withLock { $0.fail(at: now) }
            guard !Task.isCancelled else { return }
            logger.error("expired items and stream records cannot be deleted", metadata: ["error": "\(error)"])
        }
    }

    // MARK: Items

    /// - Returns: when the next item expires.
    private func expireItems() async throws -> Double? {
        let catalog = try await gate.catalog()
        var next: Double?
        for table in try await catalog.expiringTables(on: databases.catalog) {
            guard let record = try await tables.record(table.name, table.account), record.status.servesItems,
                let attribute = record.ttlAttribute
            else { continue }
            do {
                let time = try await expireItems(of: record, attribute, catalog)
                next = [next, time].compactMap(\.self).min()
            } catch let error as PostgresError where error.sqlState == SQLState.undefinedTable {
                // It was deleted meanwhile.
            } catch let error as WireError where error.code == .resourceNotFoundException {
            }
        }
        return next
    }

    private func expireItems(of record: TableRecord, _ attribute: String, _ catalog: Catalog) async throws -> Double? {
        let statements = ExpiryStatements(record.physical, attribute: attribute)
        if try await databases.data.withConnection({ try await statements.makeIndex(on: $0) }) {
            try await catalog.disownExpiryIndex(of: record.tableID, on: databases.catalog)
        }
        while try await items.expire(record, statements, at: clock.now() - settings.delay) {
            try Task.checkCancellation()
        }
        let rows = try await databases.data.query(statements.next(at: Int64(clock.now() - settings.delay)))
        return try rows.first?[0].orNil.map { try $0.double + settings.delay }
    }

    // MARK: Streams

    /// - Returns: when the next record or stream grows too old.
    private func trimStreams() async throws -> Double? {
        _ = try await gate.catalog()
        var next: Double?
        for stream in try await EndedStream.all(on: databases.catalog) {
            let end = stream.endedAt + StreamRetention.age
            if end <= clock.now() {
                try await stream.forget(on: databases.catalog, data: databases.data)
            } else {
                next = [next, end].compactMap(\.self).min()
            }
        }
        var isDone = false
        while !isDone {
            let rows = try await databases.data.query(StreamRetention.trim(before: clock.now() - StreamRetention.age))
            isDone = try (rows.first?[0].int ?? 0) < StreamRetention.batch
            try Task.checkCancellation()
        }
        let oldest = try await databases.data.query(StreamRetention.oldest).first?[0].orNil.map { try $0.double }
        return [next, oldest.map { $0 + StreamRetention.age }].compactMap(\.self).min()
    }
}

/// What a server is told about items that expire.
package struct TimeToLiveSettings: Sendable, Hashable {
    /// Whether expired items are deleted at all.
    package var deletes: Bool
    /// Seconds from the time of an item to its deletion.
    package var delay: Double

    package init(deletes: Bool = true, delay: Double = 0) {
        self.deletes = deletes
        self.delay = delay
    }
}
