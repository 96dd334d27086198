import Environments
import Synchronization

/// One look at a region for everybody who asks at about the same time: what a hundred clones in the making cost in calls
/// does not depend on their number.
final class AuroraView: Sendable {
    private struct State {
        var last: (at: ContinuousClock.Instant, seen: AuroraSighting)?
        var isLooking = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let api: any AuroraAPI
    private let now: @Sendable () -> ContinuousClock.Instant
    private let state = Mutex(State())

    init(api: any AuroraAPI, now: @escaping @Sendable () -> ContinuousClock.Instant) {
        self.api = api
        self.now = now
    }

    /// The last look, however old; nil before the first.
    var last: AuroraSighting? { state.withLock { $0.last?.seen } }

    /// What the region holds, at most so old.
    func sighting(notOlderThan age: Duration) async throws(AuroraFault) -> AuroraSighting {
        while true {
            let known = state.withLock { state -> AuroraSighting? in
                guard let last = state.last, last.at.duration(to: now()) <= age else { return nil }
                return last.seen
            }
            if let known { return known }
            if await takeTurn() { break }
        }
        let started = now()
        do {
            let seen = try await api.list()
            endTurn((started, seen))
            return seen
        } catch {
            endTurn(nil)
            throw error
        }
    }

    /// True for the one who is to look; false after somebody else has.
    private func takeTurn() async -> Bool {
        var isMine = false
        await withCheckedContinuation { continuation in
            let isDone = state.withLock { state -> Bool in
                guard state.isLooking else {
                    state.isLooking = true
                    isMine = true
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if isDone { continuation.resume() }
        }
        return isMine
    }

    private func endTurn(_ last: (ContinuousClock.Instant, AuroraSighting)?) {
        let waiting = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            if let last { state.last = last }
            state.isLooking = false
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}
