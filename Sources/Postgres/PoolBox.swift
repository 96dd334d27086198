/// What a pool keeps behind its lock: the deciding state and the live things that its numbers stand for.
struct PoolBox {
    enum Outcome: Sendable {
        case granted(PoolState.Grant)
        case refused(PoolState.Refusal)
        case cancelled
    }

    typealias Waiter = CheckedContinuation<Outcome, Never>

    /// To be done after the lock is released.
    enum Effect {
        case answer(Waiter, Outcome)
        case finish(CheckedContinuation<Void, Never>)
        case close(PostgresConnection)
    }

    /// A waiting request: the state knows it before its task has suspended.
    private enum Place {
        case suspending
        case suspended(Waiter)
        case answered(Outcome)
    }

    var state: PoolState
    var connections: [PoolState.ConnectionID: PostgresConnection] = [:]
    var finishers: [CheckedContinuation<Void, Never>] = []
    var isFinished = false
    private var places: [PoolState.RequestID: Place] = [:]
    private var lastRequest = 0
    private var armed: PoolState.Time?

    init(limits: PostgresPool.Limits) {
        state = PoolState(limits: limits)
    }

    mutating func request(
        _ mode: PoolState.Mode, now: PoolState.Time
    ) -> (id: PoolState.RequestID, answer: PoolState.Answer) {
        lastRequest += 1
        let id = PoolState.RequestID(number: lastRequest)
        let answer = state.request(id, mode, now: now)
        if answer == .wait { places[id] = .suspending }
        return (id, answer)
    }

    /// The task of a waiting request has suspended. Returns an answer that came before.
    mutating func park(_ id: PoolState.RequestID, _ waiter: Waiter) -> Outcome? {
        if case .answered(let outcome) = places[id] {
            places[id] = nil
            return outcome
        }
        places[id] = .suspended(waiter)
        return nil
    }

    mutating func cancel(_ id: PoolState.RequestID) -> [Effect] {
        let (wasWaiting, actions) = state.cancel(id)
        // Otherwise it has its connection: the caller finds out there that it is cancelled.
        guard wasWaiting else { return [] }
        return answer(id, .cancelled) + carryOut(actions)
    }

    mutating func carryOut(_ actions: [PoolState.Action]) -> [Effect] {
        var effects: [Effect] = []
        for action in actions {
            switch action {
            case .grant(let id, let grant): effects += answer(id, .granted(grant))
            case .refuse(let id, let refusal): effects += answer(id, .refused(refusal))
            case .close(let id):
                if let connection = connections.removeValue(forKey: id) { effects.append(.close(connection)) }
            case .finished:
                isFinished = true
                effects += finishers.map { .finish($0) }
                finishers = []
            }
        }
        return effects
    }

    private mutating func answer(_ id: PoolState.RequestID, _ outcome: Outcome) -> [Effect] {
        switch places[id] {
        case .suspended(let waiter):
            places[id] = nil
            return [.answer(waiter, outcome)]
        case .suspending:
            places[id] = .answered(outcome)
            return []
        case .answered, nil:
            return []
        }
    }

    /// The next deadline, when no timer will fire at it or before.
    mutating func deadlineToArm() -> PoolState.Time? {
        guard let deadline = state.nextDeadline else { return nil }
        if let armed, armed <= deadline { return nil }
        armed = deadline
        return deadline
    }

    mutating func timerFired(_ deadline: PoolState.Time) {
        if armed == deadline { armed = nil }
    }
}
