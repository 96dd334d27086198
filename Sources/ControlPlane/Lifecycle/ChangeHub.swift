import Synchronization

/// Tells whoever watches an environment or snapshot that its record may have changed; the watcher then reads it.
final class ChangeHub: Sendable {
    private struct State {
        var watchers: [String: [Int: AsyncStream<Void>.Continuation]] = [:]
        var nextID = 0
    }

    private let state = Mutex(State())

    /// Changes from now on. A slow watcher is told once for many changes.
    func changes(of subject: String) -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let id = state.withLock { state -> Int in
            state.nextID += 1
            state.watchers[subject, default: [:]][state.nextID] = continuation
            return state.nextID
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { state in
                state.watchers[subject]?[id] = nil
                if state.watchers[subject]?.isEmpty == true { state.watchers[subject] = nil }
            }
        }
        return stream
    }

    /// How many watch it now.
    func watcherCount(of subject: String) -> Int { state.withLock { $0.watchers[subject]?.count ?? 0 } }

    func changed(_ subject: String) {
        let continuations = state.withLock { $0.watchers[subject].map { Array($0.values) } ?? [] }
        for continuation in continuations { continuation.yield() }
    }

    /// After a time in which changes may have been missed.
    func everythingChanged() {
        let continuations = state.withLock { state in state.watchers.values.flatMap { Array($0.values) } }
        for continuation in continuations { continuation.yield() }
    }
}
