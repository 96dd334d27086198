import Synchronization

/// Tells when every operation that was under way at some moment has ended, and with it whatever it remembered of a
/// table.
///
/// An operation looks its table up once and works with what it found. When an index is added or dropped, those that
/// looked before do not know: a write would miss the new index, or look for the relation of the old one. So the change
/// is made known first, and whoever goes on with it waits until the operations from before are gone. Operations
/// never wait.
package final class GracePeriods: Sendable {
    private struct State {
        var epoch: UInt64 = 0
        /// How many operations of which epoch are under way.
        var operations: [UInt64: Int] = [:]
        /// Who waits for the end of all operations up to an epoch.
        var waiters: [(epoch: UInt64, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    package init() {}

    /// Runs an operation. Whatever it knows of tables it must have learnt inside.
    package nonisolated(nonsending) func during<Value, Failure: Error>(
        _ operation: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let epoch = state.withLock { state in
            state.operations[state.epoch, default: 0] += 1
            return state.epoch
        }
        defer { end(epoch) }
        return try await operation()
    }

    /// Returns when every operation has ended that began before the call.
    package func passed() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                let closing = state.epoch
                state.epoch += 1
                if state.operations.keys.contains(where: { $0 <= closing }) {
                    state.waiters.append((closing, continuation))
                    return false
                }
                return true
            }
            if isOver { continuation.resume() }
        }
    }

    private func end(_ epoch: UInt64) {
        let over = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            let left = (state.operations[epoch] ?? 1) - 1
            state.operations[epoch] = left == 0 ? nil : left
            guard left == 0, !state.waiters.isEmpty else { return [] }
            let oldest = state.operations.keys.min() ?? .max
            let over = state.waiters.filter { $0.epoch < oldest }.map(\.continuation)
            state.waiters.removeAll { $0.epoch < oldest }
            return over
        }
        for continuation in over { continuation.resume() }
    }
}
