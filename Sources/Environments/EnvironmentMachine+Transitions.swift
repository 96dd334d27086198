extension EnvironmentMachine {
    /// The record after a decision that only records.
    package func entering(_ phase: Phase, _ record: EnvironmentRecord, now: Timestamp) -> Transition {
        var transition = Transition(record)
        advance(&transition, to: phase, now: now)
        return transition
    }

    /// The record after a server was found running for the environment.
    package func adopting(_ server: ServerIdentity, _ record: EnvironmentRecord, now: Timestamp) -> Transition {
        var transition = Transition(record)
        transition.record.server = server
        transition.note("adopted", "adopted the running server, process \(server.pid)")
        // It is not known whether this one ever answered.
        advance(&transition, to: .probing, now: now)
        return transition
    }

    /// The record after its server was found dead. One death among healthy hours is repaired at once; a series of
    /// them waits longer each time and ends in `failed`.
    package func losingServer(
        _ record: EnvironmentRecord, now: Timestamp, using generator: inout some RandomNumberGenerator
    ) -> Transition {
        var transition = Transition(record)
        let process = record.server.map { "process \($0.pid)" } ?? "its process"
        transition.record.server = nil
        if record.phase == .ready, let since = record.readySince, now - since >= retry.healthyAfter {
            transition.record.attempts = 0
            transition.note("server-died", "the server is gone (\(process)); starting it again")
            transition.record.reason = nil
            advance(&transition, to: .starting, now: now)
            return transition
        }
        transition.note("server-died", "the server is gone (\(process))")
        let error = ControlError(.failed, "the server ended soon after it was started; see its log")
        fail(&transition, error, now: now, using: &generator)
        if transition.record.phase.isWanted { transition.record.phase = .starting }
        return transition
    }

    /// The record after its data were found gone, dropped by somebody else. They are not copied anew: that would pass
    /// for what the user wrote.
    package func losingData(_ record: EnvironmentRecord, reason: String, now: Timestamp) -> Transition {
        guard record.phase.isWanted else { return Transition(record) }
        var transition = Transition(record)
        transition.record.phase = .failed
        transition.record.reason = reason
        transition.record.attempts = 0
        transition.record.nextAttemptAt = now
        transition.note("data-lost", "\(reason); `envctl reset \(record.name)` gives it new data")
        return transition
    }

    /// The record after an effect succeeded.
    ///
    /// - Parameter took: how long the effect took.
    package func succeeded(
        _ effect: Effect, _ result: EffectResult, _ record: EnvironmentRecord, took: Duration, now: Timestamp
    ) -> Transition {
        var transition = Transition(record)
        if case .waiting(let what, let delay, let isNews) = result {
            transition.record.nextAttemptAt = now + delay
            transition.record.attempts = 0
            // What is on its way out keeps the reason why.
            if record.phase.isWanted { transition.record.reason = what }
            if isNews { transition.note("waiting", what) }
            return transition
        }
        switch effect {
        case .clone:
            transition.record.timings.cloning = took.milliseconds
            if case .made(let since) = result {
                transition.record.timings.cloning = (now - since).milliseconds
                transition.record.reason = nil
            }
            transition.record.attempts = 0
            advance(&transition, to: .sealing, now: now)
        case .seal:
            if case .sealed(let accountID, let credential) = result {
                transition.record.accountID = accountID
                transition.record.credential = credential
            }
            transition.record.timings.sealing = took.milliseconds
            transition.record.attempts = 0
            advance(&transition, to: .starting, now: now)
        case .takePort:
            if case .port(let port) = result {
                transition.record.port = port
                transition.note("port", "took port \(port)")
            }
            transition.record.nextAttemptAt = now
        case .launch:
            if case .launched(let server) = result { transition.record.server = server }
            transition.record.timings.starting = took.milliseconds
            advance(&transition, to: .probing, now: now)
        case .probe:
            transition.record.timings.probing = took.milliseconds
            becomeReady(&transition, now: now)
        case .stopServer:
            transition.note("server-stopped", "the server is stopped")
            transition.record.server = nil
            if record.phase == .hibernated { transition.record.reason = nil }
            // Where nothing follows it rests.
            transition.record.nextAttemptAt = now
        case .holdPort:
            transition.record.attempts = 0
            transition.record.reason = nil
            transition.record.nextAttemptAt = now
        case .dropPrevious:
            transition.note("previous-dropped", "the copy that the reset replaced is dropped")
            transition.record.oldestIncarnation = record.incarnation
            transition.record.reason = nil
            transition.record.nextAttemptAt = nil
        case .dropStorage:
            transition.note("storage-dropped", "database and role are dropped")
            transition.record.hasStorage = false
            transition.record.oldestIncarnation = record.incarnation
            transition.record.rolePassword = nil
            transition.record.credential = nil
            transition.record.attempts = 0
            if record.phase == .failed {
                transition.record.port = nil
                transition.record.nextAttemptAt = nil
            } else {
                transition.record.nextAttemptAt = now
            }
        }
        return transition
    }

    /// The record after an effect failed: another try later, or the end of trying. A deletion is tried for ever.
    package func failed(
        _ effect: Effect, _ error: ControlError, _ record: EnvironmentRecord, now: Timestamp,
        using generator: inout some RandomNumberGenerator
    ) -> Transition {
        var transition = Transition(record)
        if effect == .launch, error.code == .portInUse {
            transition.record.port = nil
        }
        if effect == .dropPrevious || record.phase == .hibernated || record.phase == .expiring {
            // Users lose nothing meanwhile: tried for ever, at the slowest pace, and told in the reason. What expires
            // keeps the reason why it does.
            let attempts = record.attempts + 1
            transition.record.attempts = attempts
            if record.phase != .expiring { transition.record.reason = error.message }
            transition.record.nextAttemptAt = now + retry.maximum
            if isTold(attempts) {
                transition.note("retry", "\(effect.rawValue) failed (try \(attempts)): \(error.message)")
            }
            return transition
        }
        fail(&transition, error, now: now, using: &generator)
        return transition
    }

    /// The record after somebody asked for its deletion or its time came. Nothing changes when it is on its way
    /// already.
    package func deleting(_ record: EnvironmentRecord, reason: String, now: Timestamp) -> Transition {
        guard record.phase != .deleting, record.phase != .deleted else { return Transition(record) }
        var transition = Transition(record)
        transition.record.reason = reason
        transition.record.graceEndsAt = nil
        advance(&transition, to: .deleting, now: now)
        return transition
    }
}

extension EnvironmentMachine {
    private func advance(_ transition: inout Transition, to phase: Phase, now: Timestamp) {
        transition.record.phase = phase
        transition.record.nextAttemptAt = now
        switch phase {
        case .cloning:
            transition.record.hasStorage = true
            let isCluster = transition.record.storage == .aurora
            transition.note(
                "cloning",
                isCluster ? "cloning the cluster" : "copying the snapshot to \(transition.record.database)")
        case .sealing:
            transition.note("sealing", "cutting the copy off from its source")
        case .starting:
            transition.note("starting", "starting the server on port \(transition.record.port.map(String.init) ?? "?")")
        case .probing:
            transition.note("probing", "asking the endpoint with signed requests")
        case .deleting:
            transition.record.attempts = 0
            transition.note("deleting", transition.record.reason ?? "deleting")
        case .deleted:
            transition.record.attempts = 0
            transition.record.port = nil
            transition.record.server = nil
            transition.record.credential = nil
            transition.record.rolePassword = nil
            transition.record.deletedAt = now
            transition.record.nextAttemptAt = nil
            transition.note("deleted", "nothing of it is left")
        case .hibernated:
            transition.record.reason = nil
            transition.record.attempts = 0
            transition.record.nextAttemptAt = nil
        case .queued, .requested, .ready, .resetting, .expiring, .failed:
            transition.record.nextAttemptAt = nil
        }
    }

    private func becomeReady(_ transition: inout Transition, now: Timestamp) {
        transition.record.phase = .ready
        // After a reset the copy that it replaced is still to be dropped.
        transition.record.nextAttemptAt =
            transition.record.oldestIncarnation < transition.record.incarnation ? now : nil
        transition.record.reason = nil
        transition.record.readySince = now
        if transition.record.readyAt == nil {
            transition.record.readyAt = now
            transition.record.timings.total = (now - transition.record.createdAt).milliseconds
        }
        // `attempts` stays: only time shows that the server is healthy, see `losingServer`.
        transition.note("ready", "the endpoint answers")
    }

    private func fail(
        _ transition: inout Transition, _ error: ControlError, now: Timestamp,
        using generator: inout some RandomNumberGenerator
    ) {
        let attempts = transition.record.attempts + 1
        transition.record.attempts = attempts
        // With the hint: whoever asks later sees nothing but the reason.
        transition.record.reason = error.description
        let limit = transition.record.readyAt == nil ? retry.maximumAttempts : retry.maximumRestarts
        let isWanted = transition.record.phase.isWanted
        if isWanted, !error.isTransient || attempts >= limit {
            transition.record.phase = .failed
            // What was never handed out is taken down at once; of the rest the port is let go, so that clients are
            // refused instead of waiting. The record stays, with the reason.
            transition.record.nextAttemptAt = now
            transition.note("failed", "\(error.message) (given up after \(attempts) of \(limit) tries)")
            return
        }
        let delay = retry.delay(attempts: attempts, using: &generator)
        transition.record.nextAttemptAt = now + delay
        if isTold(attempts) { transition.note("retry", "try \(attempts) failed: \(error.message)") }
    }

    /// Whether that many failures in a row get a line in the history: the first ones, then ever fewer, since some things
    /// are tried for ever.
    private func isTold(_ attempts: Int) -> Bool { attempts <= 5 || attempts & (attempts - 1) == 0 }
}
