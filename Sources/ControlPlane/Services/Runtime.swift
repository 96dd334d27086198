import Environments
import Synchronization

/// What the services work with once the control plane has started.
struct Runtime: Sendable {
    var store: RecordStore
    var effectors: Effectors
    var installation: InstallationID
    var hub: ChangeHub
    var dispatcherWake: WakeSignal
    var reaperWake: WakeSignal
    var snapshotWake: WakeSignal
    var poolWake: WakeSignal
    var claims: ClaimWatch
    var admissionWake: WakeSignal
    var admission: AdmissionSettings
    var pools: PoolSettings
    var reconciler: Reconciler
    var startedAt: Timestamp
    /// As the server writes it, e.g. `15.20`.
    var databaseVersion: String
}

/// Where the control plane is in its own life, for its services and for those who wait for it.
final class RuntimeBox: Sendable {
    enum State: Sendable {
        case starting
        case running(Runtime)
        case ended(ControlError)
    }

    private struct Guarded {
        var state = State.starting
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
        var nextID = 0
    }

    private let guarded = Mutex(Guarded())

    var state: State { guarded.withLock { $0.state } }

    func set(_ state: State) {
        let waiters = guarded.withLock { guarded -> [CheckedContinuation<Void, Never>] in
            guarded.state = state
            defer { guarded.waiters = [:] }
            return Array(guarded.waiters.values)
        }
        for waiter in waiters { waiter.resume() }
    }

    /// - Throws: `unavailable` while the control plane starts or after it ended.
    func runtime() throws(ControlError) -> Runtime {
        switch state {
        case .running(let runtime): return runtime
        case .starting:
            throw ControlError(
                .unavailable, "the control plane is starting", hint: "try again in a moment; `envctl status` shows it")
        case .ended(let error): throw error
        }
    }

    /// Returns when requests are taken.
    /// - Throws: why they never will be, or `cancelled`.
    func waitUntilRunning() async throws(ControlError) {
        if case .starting = state { await waitForChange() }
        if Task.isCancelled { throw ControlError(.cancelled, "cancelled while the control plane was starting") }
        _ = try runtime()
    }

    private func waitForChange() async {
        let id = guarded.withLock { guarded -> Int in
            guarded.nextID += 1
            return guarded.nextID
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isDone = guarded.withLock { guarded -> Bool in
                    guard case .starting = guarded.state, !Task.isCancelled else { return true }
                    guarded.waiters[id] = continuation
                    return false
                }
                if isDone { continuation.resume() }
            }
        } onCancel: {
            guarded.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
        }
    }
}

/// Reads something again at every change until it satisfies, within a time.
func awaiting<T: Sendable>(
    _ what: String, subject: String, changes: AsyncStream<Void>, timeout: Duration,
    read: @escaping @Sendable () async throws(ControlError) -> T?
) async throws(ControlError) -> T {
    do {
        return try await withThrowingTaskGroup(of: T?.self) { group in
            group.addTask {
                if let value = try await read() { return value }
                for await _ in changes {
                    if let value = try await read() { return value }
                }
                return nil
            }
            group.addTask {
                try await Task.sleep(for: timeout)
                return nil
            }
            defer { group.cancelAll() }
            if let value = try await group.next() ?? nil { return value }
            // The change may have come with the last moment.
            if let value = try await read() { return value }
            throw ControlError(
                .timeout, subject: subject, "\(what) within \(DurationText.format(timeout))",
                hint: "it goes on; wait again")
        }
    } catch let error as ControlError {
        throw error
    } catch {
        throw ControlError(.cancelled, subject: subject, "the wait was interrupted", hint: "it goes on; wait again")
    }
}
