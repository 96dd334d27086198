import DynamoModel
import Synchronization

/// Values by key, loaded at most once at a time for each key: callers that miss together wait for one load and share
/// its outcome.
///
/// There is no task of its own behind it: the first caller that misses loads in its own task. A failure is handed to
/// everybody who waited for it and is not kept.
final class CoalescingCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    /// A value, and how long it may be served; `nil` means until it is invalidated.
    struct Loaded: Sendable {
        var value: Value
        var lifetime: Duration?
    }

    private enum Outcome: Sendable {
        case value(Value)
        case failure(WireError)
        /// The caller that loaded was cancelled: its failure says nothing about the value.
        case tryAgain
    }

    private enum Slot {
        case loading(load: UInt64)
        case ready(Value, expires: ContinuousClock.Instant?)
    }

    private enum Step {
        case use(Value)
        case wait
        case load(UInt64)
    }

    private struct State {
        var slots: [Key: Slot] = [:]
        /// Who waits for which load. Loads have numbers of their own, since an invalidation parts a load from its key.
        var waiters: [UInt64: [CheckedContinuation<Outcome, Never>]] = [:]
        var lastLoad: UInt64 = 0
    }

    private let state = Mutex(State())
    private let capacity: Int
    private let now: @Sendable () -> ContinuousClock.Instant

    /// - Parameter capacity: With more keys than this, expired values go, and if that does not help all values: the
    ///   keys come from clients, and the memory must not.
    init(capacity: Int, now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }) {
        self.capacity = capacity
        self.now = now
    }

    func value(for key: Key, load: () async throws(WireError) -> Loaded) async throws(WireError) -> Value {
        while true {
            switch begin(key) {
            case .use(let value):
                return value
            case .wait:
                switch await outcome(of: key) {
                case .value(let value): return value
                case .failure(let error): throw error
                case .tryAgain: continue
                }
            case .load(let number):
                do throws(WireError) {
                    let loaded = try await load()
                    finish(key, load: number, .value(loaded.value), lifetime: loaded.lifetime)
                    return loaded.value
                } catch {
                    finish(key, load: number, Task.isCancelled ? .tryAgain : .failure(error), lifetime: nil)
                    throw error
                }
            }
        }
    }

    /// Forgets the value. A load under way serves those who already wait for it, and is not kept.
    func invalidate(_ key: Key) {
        state.withLock { $0.slots[key] = nil }
    }

    private func begin(_ key: Key) -> Step {
        state.withLock { state in
            switch state.slots[key] {
            case .ready(let value, let expires) where expires.map({ now() < $0 }) ?? true:
                return .use(value)
            case .loading:
                return .wait
            case .ready, nil:
                makeRoom(&state)
                state.lastLoad += 1
                state.slots[key] = .loading(load: state.lastLoad)
                state.waiters[state.lastLoad] = []
                return .load(state.lastLoad)
            }
        }
    }

    private func outcome(of key: Key) async -> Outcome {
        await withCheckedContinuation { continuation in
            let waits = state.withLock { state in
                guard case .loading(let load) = state.slots[key] else { return false }
                state.waiters[load, default: []].append(continuation)
                return true
            }
            if !waits {
                continuation.resume(returning: .tryAgain)
            }
        }
    }

    private func finish(_ key: Key, load: UInt64, _ outcome: Outcome, lifetime: Duration?) {
        let waiters = state.withLock { state in
            if case .loading(load) = state.slots[key] {
                if case .value(let value) = outcome {
                    state.slots[key] = .ready(value, expires: lifetime.map { now() + $0 })
                } else {
                    state.slots[key] = nil
                }
            }
            return state.waiters.removeValue(forKey: load) ?? []
        }
        for waiter in waiters {
            waiter.resume(returning: outcome)
        }
    }

    private func makeRoom(_ state: inout State) {
        guard state.slots.count >= capacity else { return }
        let time = now()
        state.slots = state.slots.filter { _, slot in
            guard case .ready(_, let expires?) = slot else { return true }
            return time < expires
        }
        if state.slots.count >= capacity {
            state.slots = state.slots.filter { _, slot in
                if case .loading = slot { true } else { false }
            }
        }
    }
}
