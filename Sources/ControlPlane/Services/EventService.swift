package import Environments

/// The history of everything, to read and to follow.
package struct EventService: Sendable {
    private let box: RuntimeBox
    private let pollInterval: Duration

    init(box: RuntimeBox, configuration: ControlPlaneConfiguration) {
        self.box = box
        pollInterval = configuration.tunables.pollInterval
    }

    /// Events in the order of the stream, and where to go on.
    /// - Parameter cursor: the place that they follow; nil: the newest ones are meant.
    /// - Throws: also `invalidRequest`, when the filter names a kind that there is not.
    package func list(
        _ filter: EventFilter, after cursor: EventCursor?, limit: Int
    ) async throws(ControlError) -> (events: [EventRecord], next: EventCursor) {
        try EventKind.check(filter.kinds)
        let store = try box.runtime().store
        let page =
            if let cursor {
                try await store.events(after: cursor, filter, limit: limit)
            } else {
                try await store.newestEvents(filter, limit: limit)
            }
        return (page.events, page.position)
    }

    /// One who reads the stream from `cursor` on; nil: from now on.
    package func follower(
        _ filter: EventFilter, after cursor: EventCursor?
    ) async throws(ControlError) -> EventFollower {
        try EventKind.check(filter.kinds)
        let runtime = try box.runtime()
        let position: EventCursor
        if let cursor {
            position = cursor
        } else {
            position = EventCursor(transaction: try await runtime.store.eventHorizon(), id: 0)
        }
        return EventFollower(
            store: runtime.store, hub: runtime.hub, pollInterval: pollInterval, filter: filter, position: position)
    }
}

/// Reads the stream of events on, piece by piece. It holds one piece at a time, and reads the next one only when it is
/// asked for it: a slow reader costs no memory.
package struct EventFollower: Sendable {
    let store: RecordStore
    let hub: ChangeHub
    let pollInterval: Duration
    let filter: EventFilter
    /// Where it is; hand it to a new follower to go on.
    package private(set) var position: EventCursor

    /// Events read at once: some 30 KiB.
    static let pieceSize = 100
    /// How soon to look again for events that wait for a transaction before them, whose end nobody announces.
    private static let heldInterval = Duration.milliseconds(50)

    init(store: RecordStore, hub: ChangeHub, pollInterval: Duration, filter: EventFilter, position: EventCursor) {
        self.store = store
        self.hub = hub
        self.pollInterval = pollInterval
        self.filter = filter
        self.position = position
    }

    /// The next events as soon as there are any; none when there were none for `limit`.
    /// - Throws: also `CancellationError`'s counterpart, `cancelled`, when the task is cancelled.
    package mutating func next(within limit: Duration) async throws(ControlError) -> [EventRecord] {
        let deadline = ContinuousClock.now + limit
        while true {
            // Before reading, so that nothing that comes meanwhile is slept through.
            let changes = hub.changes(of: RecordStore.eventsSubject)
            let page = try await store.events(after: position, filter, limit: Self.pieceSize)
            position = page.position
            if !page.events.isEmpty { return page.events }
            let left = ContinuousClock.now.duration(to: deadline)
            guard left > .zero else { return [] }
            await Self.wait(changes, atMost: min(left, page.isHeld ? Self.heldInterval : pollInterval))
            if Task.isCancelled { throw ControlError(.cancelled, "the stream of events was ended") }
        }
    }

    /// Returns at a change, after `limit`, or when the task is cancelled.
    private static func wait(_ changes: AsyncStream<Void>, atMost limit: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for await _ in changes { return }
            }
            group.addTask {
                // Ended early only with the other one, or by cancellation, which the caller looks at.
                try? await Task.sleep(for: limit)
            }
            await group.next()
            group.cancelAll()
        }
    }
}
