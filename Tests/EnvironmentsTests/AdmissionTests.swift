import Environments
import Testing

@Suite struct AdmissionTests {
    private let cost = AdmissionCost(disk: 10)

    private func capacity(_ used: Int64, of maximum: Int64, perOwner: Int64? = nil) -> Capacity {
        Capacity(
            limits: [Limit(.environments, used: used, maximum: maximum), Limit(.disk, used: 0, maximum: 1000)],
            maximumPerOwner: perOwner, usedByOwner: ["ada": 2])
    }

    @Test func whatFitsIsAdmitted() {
        #expect(capacity(9, of: 10).decide(owner: "ada", cost: cost) == .admit)
        #expect(capacity(9, of: 10, perOwner: 3).decide(owner: "ada", cost: cost) == .admit)
    }

    @Test func theLimitThatIsMetIsNamed() {
        guard case .over(let all, needs: 1) = capacity(10, of: 10).decide(owner: "ada", cost: cost),
            case .over(let own, needs: 1) = capacity(9, of: 10, perOwner: 2).decide(owner: "ada", cost: cost),
            case .over(let disk, needs: 2000) = capacity(0, of: 10).decide(
                owner: "ada", cost: AdmissionCost(disk: 2000))
        else {
            Issue.record("a limit was not kept")
            return
        }
        #expect(all.name == .environments && own.name == .owner && disk.name == .disk)
        #expect(ControlError.over(all, needs: 1).code == .quota)
        #expect(ControlError.over(all, needs: 1).message.contains("10 of 10"))
        #expect(ControlError.over(disk, needs: 2000).code == .capacity)
        #expect(ControlError.over(disk, needs: 2000).exitCode == 5)
        #expect(!capacity(0, of: 10).couldEverAdmit(AdmissionCost(disk: 2000)))
        #expect(capacity(10, of: 10).couldEverAdmit(cost))
    }

    /// A full house resets all the same: only the copy needs room.
    @Test func aResetNeedsSpaceAlone() {
        #expect(capacity(10, of: 10, perOwner: 2).refusalOfReset(AdmissionCost(disk: 1000)) == nil)
        #expect(Capacity(limits: []).refusalOfReset(cost) == nil)
        let refusal = capacity(0, of: 10).refusalOfReset(AdmissionCost(disk: 1001))
        #expect(refusal?.code == .capacity && refusal?.subject == "disk")
        #expect(refusal?.hint?.contains("--queue") == false)
    }

    @Test func roomIsThatOfTheTightestLimit() {
        let room = Capacity(limits: [
            Limit(.ports, used: 3, maximum: 10), Limit(.disk, used: 900, maximum: 1000),
        ]).room(for: AdmissionCost(disk: 30))
        #expect(room?.environments == 3 && room?.limit == .disk)
        let over = Capacity(limits: [Limit(.disk, used: 1001, maximum: 1000)]).room(for: AdmissionCost(disk: 30))
        #expect(over?.environments == -1)
    }

    @Test func theNthDeadlineMakesRoomForTheNthRequest() {
        let deadlines = [30, 10, 20].map { Timestamp(unixSeconds: $0) }
        #expect(AdmissionQueue.estimate(position: 2, deadlines: deadlines) == Timestamp(unixSeconds: 20))
        #expect(AdmissionQueue.estimate(position: 4, deadlines: deadlines) == nil)
    }

    @Test func ownersTakeTurnsFromTheOneServedLongestAgo() {
        let queue = AdmissionQueue(
            requests: [("a1", "ada", 1), ("a2", "ada", 2), ("b1", "bob", 3), ("a3", "ada", 4), ("c1", "cyn", 5)].map {
                QueuedRequest(
                    id: EnvironmentID($0.0), owner: $0.1, queuedAt: Timestamp(unixSeconds: $0.2), cost: cost)
            }, servedAt: ["ada": Timestamp(unixSeconds: 0)])
        #expect(queue.order.map(\.id.text) == ["b1", "c1", "a1", "a2", "a3"])
        #expect(queue.position(of: EnvironmentID("a1")) == 3)
        #expect(queue.position(of: EnvironmentID("zz")) == nil)
    }

    /// Ada waits for a large copy. Bob has never waited, so his turn would come first each time.
    @Test func whoDidNotWaitIsNotLetPast() {
        let queue = AdmissionQueue(
            requests: [
                QueuedRequest(
                    id: EnvironmentID("a1"), owner: "ada", queuedAt: Timestamp(unixSeconds: 9),
                    cost: AdmissionCost(disk: 50))
            ], servedAt: ["ada": Timestamp(unixSeconds: 1)])
        func refusal(_ usedDisk: Int64, of environments: Int64 = 10) -> ControlError? {
            queue.refusal(
                owner: "bob", cost: cost,
                within: Capacity(limits: [
                    Limit(.environments, used: 0, maximum: environments), Limit(.disk, used: usedDisk, maximum: 100),
                ]))
        }
        #expect(refusal(60)?.subject == "disk" && refusal(60)?.message.contains("1 request waits") == true)
        // There is room for her, who is about to be let in, and for him.
        #expect(refusal(40) == nil)
        // For her, and not for him too.
        #expect(refusal(45)?.subject == "disk" && refusal(0, of: 1)?.subject == "environments")
    }

    @Test func whoMeetsALimitOfHisOwnHoldsUpNobodyElse() {
        let queue = AdmissionQueue(
            requests: [
                QueuedRequest(
                    id: EnvironmentID("a1"), owner: "ada", queuedAt: Timestamp(unixSeconds: 9), cost: cost)
            ])
        let full = capacity(0, of: 10, perOwner: 2)
        #expect(queue.refusal(owner: "bob", cost: cost, within: full) == nil)
        #expect(queue.refusal(owner: "ada", cost: cost, within: full)?.subject == "environments_per_owner")
    }
}

@Suite struct AdmissionQueuePropertyTests {
    private static let owners = ["ada", "bob", "cyn", "dee"]

    private struct Situation {
        var queue: AdmissionQueue
        var capacity: Capacity

        init(using generator: inout SeededGenerator) {
            let count = Int.random(in: 0...12, using: &generator)
            queue = AdmissionQueue(
                requests: (0..<count).map { number in
                    QueuedRequest(
                        id: EnvironmentID("r\(number)"),
                        owner: generator.pick(AdmissionQueuePropertyTests.owners) ?? "",
                        queuedAt: Timestamp(unixSeconds: Int64.random(in: 0...20, using: &generator)),
                        cost: AdmissionCost(disk: Int64.random(in: 1...40, using: &generator)))
                })
            for owner in AdmissionQueuePropertyTests.owners where generator.chance(0.5) {
                queue.servedAt[owner] = Timestamp(unixSeconds: Int64.random(in: 0...20, using: &generator))
            }
            let maximum = Int64.random(in: 0...10, using: &generator)
            capacity = Capacity(
                limits: [
                    Limit(.environments, used: Int64.random(in: 0...10, using: &generator), maximum: maximum),
                    Limit(.disk, used: Int64.random(in: 0...100, using: &generator), maximum: 100),
                ], maximumPerOwner: generator.chance(0.5) ? Int64.random(in: 0...4, using: &generator) : nil)
            for owner in AdmissionQueuePropertyTests.owners {
                capacity.usedByOwner[owner] = Int64.random(in: 0...4, using: &generator)
            }
        }
    }

    private func everySituation(_ label: String, _ check: (inout Situation, inout SeededGenerator) -> Void) {
        let seed = Seeds.named ?? UInt64.random(in: 0...UInt64.max)
        print(Seeds.again(seed, label))
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<10_000 {
            var situation = Situation(using: &generator)
            check(&situation, &generator)
        }
    }

    @Test func nothingIsAdmittedOverALimit() {
        everySituation("nothingIsAdmittedOverALimit") { situation, _ in
            var capacity = situation.capacity
            for request in situation.queue.admission(within: capacity).admitted {
                #expect(capacity.decide(owner: request.owner, cost: request.cost) == .admit)
                capacity.take(owner: request.owner, cost: request.cost)
            }
        }
    }

    @Test func theOrderHoldsEveryRequestOnceAndEachOwnersInTurn() {
        everySituation("theOrderHoldsEveryRequestOnceAndEachOwnersInTurn") { situation, _ in
            let order = situation.queue.order
            #expect(order.count == situation.queue.requests.count)
            #expect(Set(order) == Set(situation.queue.requests))
            for owner in Self.owners {
                let own = order.filter { $0.owner == owner }
                #expect(own == own.sorted { ($0.queuedAt, $0.id) < ($1.queuedAt, $1.id) })
            }
            // Between two requests of one owner, every other owner that waits is served once.
            for (first, request) in order.enumerated() {
                guard let second = order[(first + 1)...].firstIndex(where: { $0.owner == request.owner }) else {
                    continue
                }
                let between = order[(first + 1)..<second].map(\.owner)
                #expect(Set(between).count == between.count)
                let later = Set(order[second...].map(\.owner)).subtracting([request.owner])
                #expect(later.isSubset(of: between))
            }
        }
    }

    @Test func onlyWhatMeetsItsOwnersLimitIsOvertaken() {
        everySituation("onlyWhatMeetsItsOwnersLimitIsOvertaken") { situation, _ in
            let admission = situation.queue.admission(within: situation.capacity)
            let capacity = Self.taking(admission.admitted, from: situation.capacity)
            for owner in Self.owners {
                // Of one owner none overtakes an older one.
                let own = situation.queue.order.filter { $0.owner == owner }
                let admitted = admission.admitted.filter { $0.owner == owner }
                #expect(Array(own.prefix(admitted.count)) == admitted)
                // Who is held up by nothing that all share is held up by a limit of his own.
                if admission.stoppedBy == nil, admitted.count < own.count {
                    let name = Self.limitMet(owner, own[admitted.count].cost, capacity)
                    #expect(name == .owner)
                }
            }
        }
    }

    private static func taking(_ requests: [QueuedRequest], from capacity: Capacity) -> Capacity {
        var capacity = capacity
        for request in requests { capacity.take(owner: request.owner, cost: request.cost) }
        return capacity
    }

    private static func limitMet(_ owner: String, _ cost: AdmissionCost, _ capacity: Capacity) -> LimitName? {
        guard case .over(let limit, _) = capacity.decide(owner: owner, cost: cost) else { return nil }
        return limit.name
    }

    /// However many requests an owner makes while others wait: each waiting request that could ever be admitted is
    /// admitted after a bounded number of environments have ended.
    @Test func nobodyStarves() {
        everySituation("nobodyStarves") { situation, generator in
            var queue = situation.queue
            guard let victim = queue.requests.first else { return }
            var capacity = Capacity(
                limits: [Limit(.environments, used: 3, maximum: 3), Limit(.disk, used: 0, maximum: 100)])
            var clock: Int64 = 100
            // Each round one environment ends, and a greedy owner asks for two more.
            for round in 0..<200 {
                capacity.limits[0].used -= 1
                for request in queue.admission(within: capacity).admitted {
                    clock += 1
                    capacity.limits[0].used += 1
                    queue.requests.removeAll { $0.id == request.id }
                    queue.servedAt[request.owner] = Timestamp(unixSeconds: clock)
                }
                guard queue.requests.contains(where: { $0.id == victim.id }) else { return }
                for number in 0..<2 {
                    queue.requests.append(
                        QueuedRequest(
                            id: EnvironmentID("g\(round)-\(number)"), owner: "greedy",
                            queuedAt: Timestamp(unixSeconds: generator.chance(0.5) ? 0 : clock),
                            cost: AdmissionCost(disk: 1)))
                }
            }
            Issue.record("a request starved")
        }
    }

    @Test func cancellingOneBringsTheOthersForward() {
        everySituation("cancellingOneBringsTheOthersForward") { situation, generator in
            guard let gone = situation.queue.requests.randomElement(using: &generator) else { return }
            var after = situation.queue
            after.requests.removeAll { $0.id == gone.id }
            #expect(after.position(of: gone.id) == nil)
            for request in after.requests where request.owner == gone.owner && request.queuedAt > gone.queuedAt {
                let (old, new) = (situation.queue.position(of: request.id), after.position(of: request.id))
                #expect(new ?? .max < old ?? 0)
            }
        }
    }
}
