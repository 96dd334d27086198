import AWS
import AWSClient
import HTTPClient
import TestSupport
import Testing

/// Our calls of STS against moto's server.
@Suite(.enabled(if: Python.interpreter != nil, "ENVCTL_PYTHON is not set"))
struct MotoSTSTests {
    @Test func whoOneIsAndWhoOneBecomes() async throws {
        let server = try await MotoServer.start()
        defer { server.stop() }
        let client = MotoRDSTests.client(server)
        let sts = STSClient(client, region: "eu-central-1")
        let own = try await sts.getCallerIdentity()
        #expect(own.account == "123456789012" && own.arn.hasPrefix("arn:aws:") && !own.userID.isEmpty)

        let role = "arn:aws:iam::123456789012:role/clones"
        let assumed = try await sts.assumeRole(
            STS.AssumeRole(roleARN: role, sessionName: "envctl-1", externalID: "e", durationSeconds: 900))
        #expect(assumed.credentials.accessKeyID.hasPrefix("ASIA") && assumed.credentials.sessionToken != nil)
        let left = try #require(assumed.expiration).unixSeconds - AWSClock.system.now().unixSeconds
        #expect((600...900).contains(left))

        // Who signs with what the role gave is the role.
        let asRole = AWSClient(
            settings: client.settings, credentials: StaticCredentials(assumed.credentials), transport: HTTPClient())
        let there = try await STSClient(asRole, region: "eu-central-1").getCallerIdentity()
        #expect(there.arn == "arn:aws:sts::123456789012:assumed-role/clones/envctl-1")

        let web = try await sts.assumeRoleWithWebIdentity(
            STS.AssumeRoleWithWebIdentity(roleARN: role, sessionName: "envctl-2", token: "a.b.c"))
        #expect(web.credentials.accessKeyID != assumed.credentials.accessKeyID)
    }
}
