import Environments
import Logging
import ServiceLifecycle

/// Takes one claimed environment as far as it goes now: decide, act, record, until it rests, has to wait, or belongs to
/// somebody else.
struct EnvironmentWorker: Sendable {
    let machine: EnvironmentMachine
    let performer: EffectPerformer
    let store: RecordStore
    let hub: ChangeHub
    let health: HealthRegistry
    /// Who looks again when an environment has settled: the pools and the queue.
    let settled: [WakeSignal]
    let leases: LeaseKeeper
    let metrics: ControlPlaneMetrics
    let logger: Logger

    /// - Parameters:
    ///   - claimedAt: a moment before the claim was made; what the lease is counted from.
    ///   - onPhase: called with the phase after each recorded step.
    func drive(
        _ claimed: ClaimedEnvironment, claimedAt: ContinuousClock.Instant, onPhase: @Sendable (Phase) -> Void
    ) async {
        var current = claimed
        var clock = DatabaseClock(claimed.now)
        while !Task.isCancelled, !Task.isShuttingDownGracefully {
            let record = current.record
            let observed = performer.observe(record)
            let decision = machine.step(record, observed: observed, now: clock.now)
            if case .perform = decision, !leases.holds(record.id, claimedAt: claimedAt) {
                // This process was stopped or starved for longer than the lease: another one may be at work.
                logger.warning("a claim ran out before its next step", metadata: ["environment": "\(record.name)"])
                return
            }
            guard let transition = await transition(decision, current, observed, clock) else { break }
            guard let written = await write(transition, from: current, now: clock.now) else {
                if decision == .perform(.launch) { await undoLaunch(transition.record) }
                return
            }
            current = written.claimed
            clock = DatabaseClock(current.now)
            announce(current.record)
            onPhase(current.record.phase)
            if !written.isClaimed {
                watchForClients(current.record)
                return
            }
        }
        watchForClients(current.record)
        await release(current)
    }

    /// From now on a connection is what a sleeping environment waits for, also when a step of it is to be tried again.
    private func watchForClients(_ record: EnvironmentRecord) {
        if record.phase == .hibernated { performer.effectors.launcher.watchPort(id: record.id.text) }
    }

    /// The record after the decision was carried out; nil when nothing is to be recorded.
    private func transition(
        _ decision: Decision, _ claimed: ClaimedEnvironment, _ observed: Observation, _ clock: DatabaseClock
    ) async -> Transition? {
        let record = claimed.record
        var generator = SystemRandomNumberGenerator()
        switch decision {
        case .rest:
            announce(record)
            return nil
        case .enter(let phase): return machine.entering(phase, record, now: clock.now)
        case .adopt(let server): return machine.adopting(server, record, now: clock.now)
        case .serverLost: return machine.losingServer(record, now: clock.now, using: &generator)
        case .perform(let effect):
            let started = ContinuousClock.now
            do {
                effect.failpointBefore.hit()
                let result = try await performer.perform(
                    effect, record, observed: observed, claim: claimed.epoch)
                effect.failpointAfter.hit()
                let took = started.duration(to: .now)
                metrics.performed(effect, took: took, error: nil)
                return machine.succeeded(effect, result, record, took: took, now: clock.now)
            } catch {
                // The process is going; the next one does it again.
                guard error.code != .cancelled, !Task.isCancelled else { return nil }
                metrics.performed(effect, took: started.duration(to: .now), error: error)
                logger.warning(
                    "a step failed",
                    metadata: [
                        "environment": "\(record.name)", "step": "\(effect.rawValue)", "try": "\(record.attempts + 1)",
                        "error": "\(error)",
                    ])
                return machine.failed(effect, error, record, now: clock.now, using: &generator)
            }
        }
    }

    /// Records a step, insisting while the records cannot be reached: what was done should not be done twice.
    private func write(
        _ transition: Transition, from current: ClaimedEnvironment, now: Timestamp
    ) async -> (claimed: ClaimedEnvironment, isClaimed: Bool)? {
        let due = transition.record.nextAttemptAt
        let keep = due.map { $0 <= now } ?? false
        var generator = SystemRandomNumberGenerator()
        for attempt in 1... {
            do {
                let outcome = try await store.write(
                    transition, from: current.record, epoch: current.epoch, keepClaim: keep)
                switch outcome {
                case .written(let claimed):
                    if claimed.record.phase == .ready { Failpoint.readyRecorded.hit() }
                    if current.record.readyAt == nil, claimed.record.readyAt != nil {
                        metrics.becameReady(after: .milliseconds(claimed.record.timings.total ?? 0))
                    }
                    return (claimed, keep)
                case .changed(let claimed): return (claimed, true)
                case .fenced:
                    logger.warning(
                        "another worker has taken the environment over",
                        metadata: ["environment": "\(current.record.name)"])
                    return nil
                }
            } catch {
                logger.error(
                    "a step could not be recorded",
                    metadata: ["environment": "\(current.record.name)", "error": "\(error)"])
                let delay = machine.retry.delay(attempts: attempt, using: &generator)
                guard !Task.isShuttingDownGracefully, (try? await Task.sleep(for: delay)) != nil else { return nil }
            }
        }
        return nil
    }

    private func undoLaunch(_ record: EnvironmentRecord) async {
        guard let server = record.server else { return }
        do {
            try await performer.undoLaunch(server, record)
        } catch {
            // The comparison of what exists with the records finds it.
            logger.warning(
                "a server that was started too late could not be ended",
                metadata: ["environment": "\(record.name)", "error": "\(error)"])
        }
    }

    private func release(_ current: ClaimedEnvironment) async {
        guard !Task.isCancelled else { return }
        do {
            try await store.release(current)
        } catch {
            // The lease runs out by itself.
            logger.warning(
                "a claim could not be released",
                metadata: ["environment": "\(current.record.name)", "error": "\(error)"])
        }
    }

    private func announce(_ record: EnvironmentRecord) {
        health.update(record)
        hub.changed(record.id.text)
        // A member or room has come or gone, or a user's request is out of the way of the refills.
        if record.phase.isSettled { for wake in settled { wake.signal() } }
    }
}

extension Effect {
    var failpointBefore: Failpoint {
        switch self {
        case .clone: .cloneBefore
        case .seal: .sealBefore
        case .takePort: .takePortBefore
        case .launch: .launchBefore
        case .probe: .probeBefore
        case .stopServer: .stopServerBefore
        case .holdPort: .holdPortBefore
        case .dropPrevious: .dropPreviousBefore
        case .dropStorage: .dropStorageBefore
        }
    }

    var failpointAfter: Failpoint {
        switch self {
        case .clone: .cloneAfter
        case .seal: .sealAfter
        case .takePort: .takePortAfter
        case .launch: .launchAfter
        case .probe: .probeAfter
        case .stopServer: .stopServerAfter
        case .holdPort: .holdPortAfter
        case .dropPrevious: .dropPreviousAfter
        case .dropStorage: .dropStorageAfter
        }
    }
}
