import Environments
import Testing

@Suite struct ReconcilePlanTests {
    private let now = Timestamp(unixSeconds: 1_000_000)
    private let snapshot = RecordedGeneration(snapshot: SnapshotID("prod"), number: 1)

    private func record(_ id: String, _ phase: Phase = .ready, _ change: (inout EnvironmentRecord) -> Void = { _ in })
        throws -> EnvironmentRecord
    {
        var record = EnvironmentRecord(
            id: EnvironmentID(id), name: try EnvironmentName("env-\(id)"), snapshot: try SnapshotName("prod"),
            snapshotID: SnapshotID("prod"), generation: 1, createdAt: now, expiresAt: now + .seconds(60),
            ttl: .seconds(60))
        record.phase = phase
        record.hasStorage = true
        record.readyAt = now
        record.readySince = now
        change(&record)
        return record
    }

    private func resources(of record: EnvironmentRecord) -> Set<FoundResource> {
        let owner = FoundResource.Owner.environment(record.id)
        return [
            FoundResource(kind: .database, name: record.database, owner: owner),
            FoundResource(kind: .role, name: record.role, owner: owner),
            FoundResource(kind: .directory, name: record.id.text, owner: owner),
        ]
    }

    private var template: FoundResource {
        FoundResource(
            kind: .database, name: ResourceNames.snapshotDatabase(snapshot.snapshot, generation: 1),
            owner: .snapshot(snapshot.snapshot, generation: 1))
    }

    private func inputs(_ found: Set<FoundResource>, _ records: [EnvironmentRecord]) -> ReconcilePlan.Inputs {
        ReconcilePlan.Inputs(
            found: found.union([template]), before: records, after: records, generations: [snapshot], replica: "one")
    }

    private func twice(_ inputs: ReconcilePlan.Inputs, budget: Int = 50) -> ReconcilePlan {
        let first = ReconcilePlan(inputs, seen: [], budget: budget)
        return ReconcilePlan(inputs, seen: first.sightings, budget: budget)
    }

    @Test func whatIsRecordedAndThereIsLeftAlone() throws {
        for phase in Phase.allCases where ![.deleted, .requested].contains(phase) {
            let record = try record("a", phase) { $0.nextAttemptAt = now }
            let plan = ReconcilePlan(inputs(resources(of: record), [record]), seen: [], trustsFirstSight: true)
            #expect(plan.isEmpty, "\(phase): \(plan)")
        }
    }

    @Test func orphansGoAtTheSecondSightingServersFirst() throws {
        let gone = resources(of: try record("gone"))
        let first = ReconcilePlan(inputs(gone, []), seen: [])
        #expect(first.steps.isEmpty && first.waiting.count == 3)
        #expect(first.waiting.allSatisfy { $0.cause == .firstSighting })
        let second = ReconcilePlan(inputs(gone, []), seen: first.sightings)
        #expect(second.waiting.isEmpty)
        #expect(
            second.description == """
                remove directory gone: no record knows environment gone
                remove database envctl_e_gone_g1: no record knows environment gone
                remove role envctl_r_gone: no record knows environment gone
                """)
    }

    @Test func whatCameAndWentIsForgotten() throws {
        let gone = resources(of: try record("gone"))
        let first = ReconcilePlan(inputs(gone, []), seen: [])
        let second = ReconcilePlan(inputs([], []), seen: first.sightings)
        #expect(second.isEmpty)
        #expect(ReconcilePlan(inputs(gone, []), seen: second.sightings).steps.isEmpty)
    }

    @Test func aCopyThatIsNoLongerTheEnvironmentsIsAnOrphan() throws {
        let record = try record("a") {
            $0.incarnation = 3
            $0.oldestIncarnation = 2
        }
        let owner = FoundResource.Owner.environment(record.id)
        let copies = (1...4).map {
            FoundResource(
                kind: .database, name: ResourceNames.cloneDatabase(record.id, incarnation: $0), owner: owner)
        }
        let plan = twice(inputs(resources(of: record).union(copies), [record]))
        let removed = plan.steps.filter { $0.action == .remove }
        #expect(removed.map(\.subject) == [.resource(copies[0]), .resource(copies[3])])
        #expect(removed[0].reason == "environment 'env-a' has gone on to envctl_e_a_g3")
        #expect(plan.steps.filter { $0.action == .wake }.count == 1)
    }

    /// A worker that was stopped in the middle of a copy and goes on after another one has given the environment up.
    @Test func aCopyThatWasMadeTooLateIsAnOrphan() throws {
        let record = try record("a", .failed) { $0.hasStorage = false }
        let plan = twice(inputs(resources(of: record), [record]))
        #expect(plan.steps.map(\.subject.description) == ["database envctl_e_a_g1", "role envctl_r_a"])
    }

    @Test func aServerOnTheWrongMachineIsAnOrphan() throws {
        let here = try record("here") { $0.host = "one" }
        let there = try record("there") { $0.host = "two" }
        let plan = twice(inputs(resources(of: here).union(resources(of: there)), [here, there]))
        #expect(plan.steps.map(\.subject.description) == ["directory there"])
    }

    @Test(arguments: [
        (Phase.ready, ReconcilePlan.Step.Action.fail), (.hibernated, .fail), (.starting, .fail), (.probing, .fail),
        (.expiring, .delete),
    ])
    func dataThatAreGoneAreNotMadeUp(phase: Phase, action: ReconcilePlan.Step.Action) throws {
        let record = try record("a", phase) { $0.nextAttemptAt = now }
        let found = resources(of: record).filter { $0.kind != .database }
        let plan = twice(inputs(found, [record]))
        #expect(plan.steps.map(\.action) == [action])
        #expect(plan.steps.first?.reason.contains("envctl_e_a_g1 is gone") == true)
    }

    @Test func whatIsBeingMadeNeedNotBeThere() throws {
        for phase in Phase.allCases {
            let never = try record("a", phase) {
                $0.readyAt = nil
                $0.readySince = nil
                $0.nextAttemptAt = now
            }
            #expect(twice(inputs([], [never])).isEmpty, "\(phase)")
        }
        for phase in [Phase.resetting, .cloning, .sealing, .failed, .deleting] {
            #expect(twice(inputs([], [try record("a", phase) { $0.nextAttemptAt = now }])).isEmpty, "\(phase)")
        }
    }

    /// A listing is older than the records that are read after it.
    @Test func whatBecameReadyAfterTheListingIsNotGone() throws {
        let after = try record("a")
        let before = try record("a", .probing) { $0.readySince = nil }
        let inputs = ReconcilePlan.Inputs(
            found: [template], before: [before], after: [after], generations: [snapshot], replica: "one")
        #expect(twice(inputs).isEmpty)
        let new = ReconcilePlan.Inputs(
            found: [template], before: [], after: [after], generations: [snapshot], replica: "one")
        #expect(twice(new).isEmpty)
    }

    @Test func aRoleIsMadeAgainAndAMemberOfThePoolReplaced() throws {
        let record = try record("a")
        let plan = twice(inputs(resources(of: record).filter { $0.kind != .role }, [record]))
        #expect(plan.steps.map(\.action) == [.remake])
        let member = try self.record("b") { $0.isPooled = true }
        #expect(twice(inputs([], [member])).steps.map(\.action) == [.delete])
    }

    @Test func whatNobodyWouldLookAtIsWoken() throws {
        let resting: Set<Phase> = [.ready, .hibernated, .expiring, .failed, .queued, .deleted]
        for phase in Phase.allCases {
            let record = try record("a", phase) { $0.nextAttemptAt = nil }
            let plan = twice(inputs(resources(of: record), [record]))
            #expect(plan.steps.map(\.action) == (resting.contains(phase) ? [] : [.wake]), "\(phase)")
        }
    }

    @Test func aTickDestroysWithinItsBudgetAndTheNextGoesOn() throws {
        var left = Set(try (0..<40).flatMap { resources(of: try record("x\($0)")) })
        var seen: Set<ReconcilePlan.Sighting> = []
        var ticks = 0
        while !left.isEmpty {
            ticks += 1
            let plan = ReconcilePlan(inputs(left, []), seen: seen, budget: 50)
            #expect(plan.steps.count <= 50)
            for case .resource(let resource) in plan.steps.map(\.subject) { left.remove(resource) }
            seen = plan.sightings
        }
        #expect(ticks == 4)
    }

    /// Records and resources at random, each damaged at random: what is removed is known to nobody, what is given up has
    /// lost its database, and carrying plans out ends with nothing to do.
    @Test func plansConvergeAndNeverTouchWhatIsOwned() throws {
        for seed in Seeds.first(2000) {
            var generator = SeededGenerator(seed: seed)
            let again = Seeds.again(seed, "ReconcilePlanTests")
            var records: [EnvironmentRecord] = []
            var found: Set<FoundResource> = []
            for index in 0..<Int.random(in: 0...8, using: &generator) {
                let phase = generator.pick(Phase.allCases.filter { $0 != .deleted }) ?? .ready
                let record = try record("e\(index)", phase) {
                    $0.incarnation = Int.random(in: 1...3, using: &generator)
                    $0.oldestIncarnation = Int.random(in: 1...$0.incarnation, using: &generator)
                    $0.nextAttemptAt = generator.chance(0.5) ? now : nil
                    $0.host = generator.pick([nil, "one", "two"]) ?? nil
                    if generator.chance(0.3) { $0.readySince = nil }
                }
                found.formUnion(resources(of: record).filter { _ in !generator.chance(0.2) })
                if !generator.chance(0.3) { records.append(record) }
            }
            var seen: Set<ReconcilePlan.Sighting> = []
            for _ in 0..<6 {
                let plan = ReconcilePlan(inputs(found, records), seen: seen, budget: 10)
                let owned = resources(ownedBy: records)
                for step in plan.steps { carryOut(step, &records, &found, owned, again) }
                seen = plan.sightings
            }
            let last = ReconcilePlan(inputs(found, records), seen: seen, budget: 10)
            #expect(last.isEmpty, "\(again): \(last)")
        }
    }

    private func resources(ownedBy records: [EnvironmentRecord]) -> Set<FoundResource> {
        Set(
            records.flatMap { record in
                let owner = FoundResource.Owner.environment(record.id)
                let isElsewhere = record.host.map { $0 != "one" } ?? false
                return record.databases.map { FoundResource(kind: .database, name: $0, owner: owner) }
                    + [FoundResource(kind: .role, name: record.role, owner: owner)]
                    + (isElsewhere ? [] : [FoundResource(kind: .directory, name: record.id.text, owner: owner)])
            }
        ).union([template])
    }

    private func carryOut(
        _ step: ReconcilePlan.Step, _ records: inout [EnvironmentRecord], _ found: inout Set<FoundResource>,
        _ owned: Set<FoundResource>, _ again: String
    ) {
        switch step.subject {
        case .resource(let resource):
            #expect(!owned.contains(resource), "\(again): \(step)")
            found.remove(resource)
        case .environment(let id, _):
            guard let index = records.firstIndex(where: { $0.id == id }) else { return }
            let record = records[index]
            let database = FoundResource(kind: .database, name: record.database, owner: .environment(id))
            switch step.action {
            case .wake: records[index].nextAttemptAt = now
            case .remake: found.insert(FoundResource(kind: .role, name: record.role, owner: .environment(id)))
            case .fail:
                #expect(!found.contains(database), "\(again): \(step)")
                records[index].phase = .failed
            case .delete:
                #expect(!found.contains(database), "\(again): \(step)")
                records.remove(at: index)
            case .remove: Issue.record("\(again): \(step)")
            }
        }
    }
}
