import ControlPlaneAPI
import EnvctlCommands
import Environments
import Testing

@Suite struct WhyViewTests {
    private let now = Timestamp(unixSeconds: 1_767_225_600)

    @Test func showsWhatComesNextAndHowToChangeIt() throws {
        var record = EnvironmentRecord(
            id: EnvironmentID("0011"), name: try EnvironmentName("pr-1"), snapshot: try SnapshotName("prod-snapshot"),
            snapshotID: SnapshotID("22"), generation: 1, createdAt: now, expiresAt: now + .seconds(3600),
            ttl: .seconds(3600))
        record.phase = .ready
        record.readyAt = now
        record.readySince = now
        let hold = Holder(
            id: "h", purpose: "npm test", owner: "ci", createdAt: now, expiresAt: now + .seconds(60))
        var circumstances = LifetimeExplanation.Circumstances(
            record, inputs: LifetimeRule.Inputs(record), limits: LifetimeLimits(), retry: RetryPolicy(), now: now)
        circumstances.holders = [hold]
        let resource = WhyResource(record, [hold], LifetimeExplanation(circumstances))
        #expect(resource.situation == "held")
        let text = WhyView(now: 1_767_225_600).text(resource)
        for part in [
            "pr-1 is in use by `npm test` (ci)", "NEXT", "expire  in 1h (2026-01-01T01:00:00.000Z)",
            "its grace ends", "IN USE BY", "in 1m (2026-01-01T00:01:00.000Z)", "To change it:", "envctl extend pr-1",
        ] {
            #expect(text.contains(part), "\(part) is missing in:\n\(text)")
        }
        let bytes = try APICoding.encode(resource)
        #expect(try APICoding.decode(WhyResource.self, from: bytes) == resource)
    }
}
