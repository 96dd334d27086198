import TestSupport
import Testing

@testable import Postgres

@Suite struct PoolStateTests {
    private typealias ID = PoolState.ConnectionID

    private func request(_ number: Int) -> PoolState.RequestID { PoolState.RequestID(number: number) }
    private let one = PoolState.ConnectionID(number: 1)
    private let two = PoolState.ConnectionID(number: 2)

    @Test func opensReusesAndExpires() {
        var state = PoolState(limits: .init(maximum: 2, idleTimeout: .seconds(10)))
        #expect(state.request(request(1), .exclusive, now: .zero) == .granted(.open(one)))
        #expect(state.opened(one, now: .zero) == [])
        #expect(state.release(one, isReusable: true, now: .seconds(1)) == [])
        #expect(state.nextDeadline == .seconds(11))
        #expect(state.request(request(2), .exclusive, now: .seconds(2)) == .granted(.use(one)))
        #expect(state.nextDeadline == nil)
        #expect(state.release(one, isReusable: true, now: .seconds(3)) == [])
        #expect(state.tick(now: .seconds(12)) == [])
        #expect(state.tick(now: .seconds(13)) == [.close(one)])
        #expect(state.connectionCount == 0)
    }

    @Test func waitsInOrderAndGivesUp() {
        var state = PoolState(limits: .init(maximum: 1, acquireTimeout: .seconds(5), maximumWaiters: 2))
        #expect(state.request(request(1), .exclusive, now: .zero) == .granted(.open(one)))
        _ = state.opened(one, now: .zero)
        #expect(state.request(request(2), .exclusive, now: .seconds(1)) == .wait)
        #expect(state.request(request(3), .exclusive, now: .seconds(2)) == .wait)
        #expect(state.request(request(4), .exclusive, now: .seconds(2)) == .refused(.crowded))
        #expect(state.nextDeadline == .seconds(6))
        #expect(state.tick(now: .seconds(6)) == [.refuse(request(2), .deadline)])
        #expect(state.release(one, isReusable: true, now: .seconds(6)) == [.grant(request(3), .use(one))])
    }

    @Test func aLostConnectionIsReplacedForTheNextInLine() {
        var state = PoolState(limits: .init(maximum: 1))
        #expect(state.request(request(1), .exclusive, now: .zero) == .granted(.open(one)))
        _ = state.opened(one, now: .zero)
        #expect(state.request(request(2), .exclusive, now: .zero) == .wait)
        #expect(state.lost(one) == [])
        #expect(state.release(one, isReusable: false, now: .zero) == [.close(one), .grant(request(2), .open(two))])
        #expect(state.openFailed(two) == [])
        #expect(state.connectionCount == 0)
    }

    @Test func sharesUntilOneMustWaitForAll() {
        var state = PoolState(limits: .init(maximum: 1))
        #expect(state.request(request(1), .shared, now: .zero) == .granted(.open(one)))
        #expect(state.request(request(2), .shared, now: .zero) == .wait)
        #expect(state.opened(one, now: .zero) == [.grant(request(2), .use(one))])
        #expect(state.request(request(3), .shared, now: .zero) == .granted(.use(one)))
        #expect(state.request(request(4), .exclusive, now: .zero) == .wait)
        #expect(state.request(request(5), .shared, now: .zero) == .wait, "or the exclusive one would starve")
        for _ in 0..<2 { #expect(state.release(one, isReusable: true, now: .zero) == []) }
        #expect(state.release(one, isReusable: true, now: .zero) == [.grant(request(4), .use(one))])
        #expect(state.release(one, isReusable: true, now: .zero) == [.grant(request(5), .use(one))])
    }

    @Test func sharedOnesPassWhenAnExclusiveLeaseWillEnd() {
        var state = PoolState(limits: .init(maximum: 2))
        #expect(state.request(request(1), .exclusive, now: .zero) == .granted(.open(one)))
        #expect(state.request(request(2), .shared, now: .zero) == .granted(.open(two)))
        _ = state.opened(one, now: .zero)
        _ = state.opened(two, now: .zero)
        #expect(state.request(request(3), .exclusive, now: .zero) == .wait)
        #expect(state.request(request(4), .shared, now: .zero) == .granted(.use(two)))
        #expect(state.release(one, isReusable: true, now: .zero) == [.grant(request(3), .use(one))])
    }

    @Test func shutsDown() {
        var state = PoolState(limits: .init(maximum: 2))
        _ = state.request(request(1), .exclusive, now: .zero)
        _ = state.request(request(2), .exclusive, now: .zero)
        _ = state.opened(one, now: .zero)
        _ = state.opened(two, now: .zero)
        _ = state.release(one, isReusable: true, now: .zero)
        #expect(state.shutdown() == [.close(one)])
        #expect(state.request(request(3), .shared, now: .zero) == .refused(.closed))
        #expect(state.release(two, isReusable: true, now: .zero) == [.close(two), .finished])
        #expect(state.shutdown() == [])
    }

    /// Random lives of a pool against a model of what its users see: a connection is never lent twice, the limits
    /// hold, nobody waits while a connection lies idle, and when all is given back all is closed.
    @Test(arguments: 0..<60)
    func keepsItsPromises(run: Int) {
        var random = SeededGenerator(UInt64(run) &* 7919 &+ 1)
        let limits = PostgresPool.Limits(
            maximum: Int.random(in: 1...4, using: &random), idleTimeout: .seconds(20), acquireTimeout: .seconds(30),
            maximumWaiters: Int.random(in: 0...6, using: &random),
            sharedConnections: Int.random(in: 1...3, using: &random))
        var world = PoolWorld(limits: limits)
        for _ in 0..<600 {
            world.step(using: &random)
        }
        world.comeToRest()
    }
}

/// The users and the server of a pool without I/O.
private struct PoolWorld {
    private enum Holding {
        case opening(PoolState.ConnectionID, PoolState.Mode)
        case using(PoolState.ConnectionID, PoolState.Mode)
    }

    private var state: PoolState
    private let limits: PostgresPool.Limits
    private var now = Duration.zero
    private var requests = 0
    private var waiting: [PoolState.RequestID: PoolState.Mode] = [:]
    private var holdings: [Holding] = []
    private var isFinished = false

    init(limits: PostgresPool.Limits) {
        self.limits = limits
        state = PoolState(limits: limits)
    }

    mutating func step(using random: inout SeededGenerator) {
        now += .seconds(Int.random(in: 0...3, using: &random))
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<45: ask(Bool.random(using: &random) ? .exclusive : .shared)
        case 45..<85: proceed(using: &random)
        case 85..<90: cancelOne(using: &random)
        case 90..<95: loseOne(using: &random)
        default: carryOut(state.tick(now: now))
        }
        check()
    }

    mutating func comeToRest() {
        while !holdings.isEmpty { finish(0, succeeds: true) }
        #expect(waiting.isEmpty, "a request waits although every connection is free")
        carryOut(state.tick(now: now + limits.idleTimeout))
        #expect(state.connectionCount == 0, "connections stay open in an idle pool")
        #expect(state.nextDeadline == nil)
        carryOut(state.shutdown())
        #expect(isFinished)
    }

    private mutating func ask(_ mode: PoolState.Mode) {
        requests += 1
        let id = PoolState.RequestID(number: requests)
        switch state.request(id, mode, now: now) {
        case .granted(let grant): take(grant, mode)
        case .wait:
            waiting[id] = mode
            #expect(waiting.count <= limits.maximumWaiters)
        case .refused(let refusal):
            #expect(refusal == .crowded && waiting.count == limits.maximumWaiters)
        }
    }

    private mutating func proceed(using random: inout SeededGenerator) {
        guard !holdings.isEmpty else { return }
        finish(Int.random(in: 0..<holdings.count, using: &random), succeeds: Int.random(in: 0..<8, using: &random) > 0)
    }

    private mutating func finish(_ index: Int, succeeds: Bool) {
        switch holdings.remove(at: index) {
        case .opening(let id, let mode) where succeeds:
            holdings.append(.using(id, mode))
            carryOut(state.opened(id, now: now))
        case .opening(let id, _): carryOut(state.openFailed(id))
        case .using(let id, _): carryOut(state.release(id, isReusable: succeeds, now: now))
        }
    }

    private mutating func cancelOne(using random: inout SeededGenerator) {
        guard let id = waiting.keys.sorted(by: { $0.number < $1.number }).randomElement(using: &random) else { return }
        waiting[id] = nil
        let (wasWaiting, actions) = state.cancel(id)
        #expect(wasWaiting)
        carryOut(actions)
    }

    private mutating func loseOne(using random: inout SeededGenerator) {
        let id = PoolState.ConnectionID(number: Int.random(in: 1...max(1, requests), using: &random))
        carryOut(state.lost(id))
    }

    private mutating func carryOut(_ actions: [PoolState.Action]) {
        for action in actions {
            switch action {
            case .grant(let id, let grant):
                guard let mode = waiting.removeValue(forKey: id) else {
                    Issue.record("a grant for a request that does not wait")
                    continue
                }
                take(grant, mode)
            case .refuse(let id, _): #expect(waiting.removeValue(forKey: id) != nil)
            case .close(let id): #expect(!users(of: id), "a connection in use is closed")
            case .finished: isFinished = true
            }
        }
    }

    private mutating func take(_ grant: PoolState.Grant, _ mode: PoolState.Mode) {
        switch grant {
        case .open(let id):
            #expect(!users(of: id))
            holdings.append(.opening(id, mode))
        case .use(let id):
            for case .using(id, let other) in holdings where mode == .exclusive || other == .exclusive {
                Issue.record("\(id) is lent twice")
            }
            holdings.append(.using(id, mode))
        }
    }

    private func users(of wanted: PoolState.ConnectionID) -> Bool {
        holdings.contains { holding in
            switch holding {
            case .opening(let id, _), .using(let id, _): id == wanted
            }
        }
    }

    private func check() {
        #expect(state.connectionCount <= limits.maximum)
        #expect(state.waiterCount == waiting.count)
        if !waiting.isEmpty { #expect(state.leasedCount > 0, "somebody waits and nothing is out") }
    }
}
