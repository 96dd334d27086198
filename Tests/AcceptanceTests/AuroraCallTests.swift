import TestSupport
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What environments cost in calls of the RDS API, counted where they arrive.
extension AuroraTests {
    @Test(.timeLimit(.minutes(2)))
    func aCloneCostsThreeCallsItsEndTwoAndEachLookTwoLists() async throws {
        // The comparison with the records looks by itself; here it would be counted too.
        let settings = ["ENVCTL_RECONCILE_INTERVAL": "1h"]
        try await AuroraScene.with(ports: 22_650...22_669, settings: settings) { scene in
            let before = try scene.calls.all().count
            try await scene.envctl("clone", "prod", "one")
            let made = try scene.calls.all().dropFirst(before)
            try await scene.envctl("reset", "one")
            let isDropped = try await scene.it.eventually {
                try await scene.it.expect("events", "one").contains("previous-dropped")
            }
            #expect(isDropped)
            let reset = try scene.calls.all().dropFirst(before + made.count)
            try await scene.envctl("delete", "one")
            let all = try scene.calls.all().dropFirst(before)
            let deleted = all.dropFirst(made.count + reset.count)
            Self.report("a clone", made)
            Self.report("its reset", reset)
            Self.report("its deletion", deleted)
            let creating = ["CreateDBInstance 1", "ModifyDBCluster 1", "RestoreDBClusterToPointInTime 1"]
            let deleting = ["DeleteDBCluster 1", "DeleteDBInstance 1"]
            #expect(Self.changes(made) == creating)
            #expect(Self.changes(reset).sorted() == (creating + deleting).sorted())
            #expect(Self.changes(deleted) == deleting)
            // What moto does at once: a look before each of the three calls and one at the end; then one before each
            // deletion, and the last ones see that it is gone.
            #expect(looks(made) <= 5, "\(made.map(\.action))")
            #expect(looks(deleted) <= 4, "\(deleted.map(\.action))")
            #expect(looks(reset) <= 9, "\(reset.map(\.action))")
            #expect(all.allSatisfy { $0.status == 200 || $0.status == 404 })
        }
    }

    /// The number of environments does not matter to what is asked while nothing moves.
    @Test(.timeLimit(.minutes(10)))
    func tenIdleEnvironmentsCostTwoListsForEachComparison() async throws {
        let interval = 2
        let settings = ["ENVCTL_RECONCILE_INTERVAL": "\(interval)s"]
        try await AuroraScene.with(ports: 22_670...22_699, poll: "0s", settings: settings) { scene in
            let names = (0..<10).map { "idle-\($0)" }
            for name in names { try await scene.envctl("clone", "prod", name, "--no-wait") }
            for name in names { try await scene.envctl("wait", name) }
            let before = try scene.calls.all().count
            let comparisons = 6
            // Twelve seconds of it are the intervals themselves.
            let isLookedAt = try await scene.it.eventually(within: .seconds(90)) {
                try scene.calls.all().count >= before + 2 * comparisons
            }
            #expect(isLookedAt)
            let idle = Array(try scene.calls.all().dropFirst(before).prefix(2 * comparisons))
            Self.report("\(comparisons) comparisons of ten idle environments with the records", idle)
            #expect(idle.allSatisfy { $0.isList })
            #expect(idle.count { $0.action == "DescribeDBClusters" } == comparisons)
            let first = try #require(idle.first), last = try #require(idle.last)
            // In so many intervals, less what the clock of a look may be off.
            #expect(last.milliseconds - first.milliseconds >= (comparisons - 1) * interval * 1000 - 500)
            try await scene.envctl(["delete"] + names)
        }
    }

    /// Pairs of lists; a listing of one cluster that is not there any more has no second half.
    private func looks(_ calls: some Sequence<RecordedCalls.Call>) -> Int {
        calls.count { $0.action == "DescribeDBClusters" }
    }

    private static func changes(_ calls: some Sequence<RecordedCalls.Call>) -> [String] {
        RecordedCalls.counts(calls.filter { !$0.isList }).map { "\($0.action) \($0.count)" }
    }

    private static func report(_ what: String, _ calls: some Sequence<RecordedCalls.Call>) {
        print("| \(what) | \(RecordedCalls.counts(calls).map { "\($0.action) \($0.count)" }.joined(separator: ", ")) |")
    }
}
