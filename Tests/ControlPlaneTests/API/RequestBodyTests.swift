import Environments
import Testing

@testable import ControlPlaneAPI

/// Every member that a body has is one that the API takes: those that were left out of the list would be refused.
@Suite struct RequestBodyTests {
    private func expectWhole<Body: RequestBody>(_ body: Body) {
        let properties = Mirror(reflecting: body).children.compactMap(\.label).map { JSONMembers.name(of: $0) }
        #expect(Body.members == properties, "\(Body.self)")
    }

    @Test func everyMemberIsTaken() throws {
        expectWhole(CreateEnvironmentBody(snapshot: "s"))
        expectWhole(ResetEnvironmentBody())
        expectWhole(CreateSnapshotBody(name: "n", source: SnapshotSource(exportDirectory: "/")))
        expectWhole(RefreshSnapshotBody(exportDirectory: nil))
        expectWhole(SnapshotSource(exportDirectory: "/"))
        expectWhole(AuroraResource(cluster: "c"))
        expectWhole(ReconcileBody(dryRun: true))
        expectWhole(ExtendEnvironmentBody(ttlSeconds: 1))
        expectWhole(RestoreEnvironmentBody())
        expectWhole(ProtectEnvironmentBody(reason: "r"))
        expectWhole(HolderBody())
        expectWhole(PoolSizeBody(size: 1))
        expectWhole(CreateWebhookBody(url: "u"))
        expectWhole(CreateTokenBody(owner: "o", scope: "use"))
    }

    /// What our client sends is taken as it is.
    @Test func theNamesAreThoseThatAreWritten() throws {
        var aurora = AuroraResource(AuroraSource(cluster: "c", region: "eu-west-1"))
        (aurora.caFile, aurora.subnetGroup, aurora.securityGroups) = ("/a", "s", ["g"])
        (aurora.clusterParameterGroup, aurora.instanceParameterGroup, aurora.tableRegion) = ("p", "i", "t")
        let body = CreateSnapshotBody(name: "n", source: SnapshotSource(aurora: aurora))
        let members = try APICoding.members(of: try APICoding.encode(body))
        #expect(CreateSnapshotBody.unknown(in: members).isEmpty)
        let written = try #require(members.members["source"]?.members["aurora"]).members.keys
        #expect(Set(written) == Set(AuroraResource.members))
    }
}
