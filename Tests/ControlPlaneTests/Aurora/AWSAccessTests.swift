import AWS
import AWSClient
import Environments
import SimulatedRDS
import Synchronization
import TestSupport
import Testing

@testable import ControlPlane

/// The control plane's way to AWS: what its environment and the files of its user say decides who signs, where it goes
/// and how often it is tried.
@Suite struct AWSAccessTests {
    private static func server() throws -> FaultServer {
        var region = SimulatedRegion(seed: 1, region: "eu-west-3")
        region.addSource("production")
        return try FaultServer(region)
    }

    /// A home with the given files below `.aws`.
    private static func home(config: String, credentials: String = "") throws -> String {
        let home = try TemporaryDirectory.make("aws")
        try PosixFile.makeDirectory(home + "/.aws", mode: 0o700)
        try PosixFile.write(config, to: home + "/.aws/config", mode: 0o600)
        try PosixFile.write(credentials, to: home + "/.aws/credentials", mode: 0o600)
        return home
    }

    private static func access(_ home: String, _ variables: [String: String] = [:]) -> AWSAccess {
        AWSAccess(
            environment: ["HOME": home, "PATH": "/usr/bin:/bin", "AWS_EC2_METADATA_DISABLED": "true"]
                .merging(variables) { $1 })
    }

    private static func look(_ access: AWSAccess) async throws -> AuroraSighting {
        let region = try #require(try await access.region())
        return try await RDSAurora(
            client: RDSClient(try access.client(), region: region), metrics: ControlPlaneMetrics()
        ).list()
    }

    @Test(.enabled(if: Python.interpreter != nil, "ENVCTL_PYTHON is not set"))
    func aRoleOfAProfileAndTheEndpointsAndTheRegionOfTheFile() async throws {
        let moto = try await SharedMoto.server()
        let server = try Self.server()
        defer { server.stop() }
        let home = try Self.home(
            config: """
                [profile clones]
                role_arn = arn:aws:iam::123456789012:role/clones
                source_profile = base
                region = eu-west-3
                services = stands
                [services stands]
                rds =
                  endpoint_url = \(server.url)
                sts =
                  endpoint_url = \(moto.url)
                """,
            credentials: "[base]\naws_access_key_id = AKIABASE\naws_secret_access_key = secret\n")
        let access = Self.access(home, ["AWS_PROFILE": "clones"])
        #expect(try await access.region() == "eu-west-3")
        #expect(try await Self.look(access).clusters.map(\.identifier) == ["production"])
        #expect(try await Self.look(access).instances.map(\.identifier) == ["production-1"])
        // The role's, which STS gave; and once for all calls.
        #expect(server.seenKeys.count == 1)
        #expect(server.seenKeys.allSatisfy { $0.hasPrefix("ASIA") }, "\(server.seenKeys)")
        #expect(server.refused == [])
    }

    /// A program gives credentials; what AWS calls expired is asked for anew, once.
    @Test func aProgramGivesCredentialsAndIsAskedAgainWhenTheyExpire() async throws {
        let server = try Self.server()
        defer { server.stop() }
        let home = try Self.home(config: "")
        let program = home + "/credentials.sh"
        let script = """
            #!/bin/sh
            n=$(cat "\(home)/count" 2>/dev/null || echo 0)
            echo $((n + 1)) > "\(home)/count"
            echo '{"Version": 1, "AccessKeyId": "AKIAPROGRAM'$((n + 1))'", "SecretAccessKey": "s", "SessionToken": "t",'
            echo '"Expiration": "2100-01-01T00:00:00Z"}'
            """
        try PosixFile.write(script, to: program, mode: 0o700)
        let config = "[default]\ncredential_process = \(program)\nregion = eu-west-3\n"
        try PosixFile.write(config, to: home + "/.aws/config", mode: 0o600)
        let access = Self.access(home, ["AWS_ENDPOINT_URL_RDS": server.url])
        for _ in 0..<3 { #expect(try await Self.look(access).clusters.count == 1) }
        #expect(server.seenKeys == ["AKIAPROGRAM1"])
        server.expire("AKIAPROGRAM1")
        #expect(try await Self.look(access).clusters.count == 1)
        #expect(server.seenKeys == ["AKIAPROGRAM1", "AKIAPROGRAM2"])
    }

    @Test func howOftenItIsTriedIsConfigured() async throws {
        let server = try Self.server()
        defer { server.stop() }
        let home = try Self.home(
            config: "[default]\nmax_attempts = 1\nregion = eu-west-3\nendpoint_url = \(server.url)\n",
            credentials: "[default]\naws_access_key_id = AKIAFILE\naws_secret_access_key = secret\n")
        server.with {
            $0.accidents = [
                .init(.refused(.retry, code: "Throttling", message: "rate"), of: "DescribeDBClusters", times: 9)
            ]
        }
        let fault = await #expect(throws: AuroraFault.self) { try await Self.look(Self.access(home)) }
        #expect(fault?.kind == .retry && server.with { $0.calls["DescribeDBClusters"] } == 1)
        // The environment goes before the file.
        _ = await #expect(throws: AuroraFault.self) {
            try await Self.look(Self.access(home, ["AWS_MAX_ATTEMPTS": "2"]))
        }
        #expect(server.with { $0.calls["DescribeDBClusters"] } == 3)
        #expect(server.seenKeys == ["AKIAFILE"])
    }

    /// Of this machine's settings, said as such: AWS refused nothing.
    @Test func whatIsMissingHereIsNotAWSs() async throws {
        let server = try Self.server()
        defer { server.stop() }
        let nobody = try Self.home(config: "[default]\nregion = eu-west-3\nendpoint_url = \(server.url)\n")
        let fault = await #expect(throws: AuroraFault.self) { try await Self.look(Self.access(nobody)) }
        guard case .refuse(let error)? = fault.map({ AuroraReaction($0) }) else {
            Issue.record("not refused: \(String(describing: fault))")
            return
        }
        #expect(error.code == .misconfigured && error.message.contains("no AWS credentials"), "\(error)")
        #expect(error.message.hasPrefix("DescribeDBClusters cannot be asked of AWS"), "\(error)")
        #expect(error.hint?.contains("docs/aws.md") == true)
        #expect(server.with { $0.calls } == [:])

        // A bundle that is not there is named, before anything is sent.
        let bundle = try Self.home(
            config: "[default]\nregion = eu-west-3\nca_bundle = ~/none.pem\n",
            credentials: "[default]\naws_access_key_id = AKIAFILE\naws_secret_access_key = secret\n")
        let access = Self.access(bundle, ["AWS_ENDPOINT_URL": "https://127.0.0.1:\(server.port)"])
        let untrusted = await #expect(throws: AuroraFault.self) { try await Self.look(access) }
        #expect(untrusted?.kind == .access && untrusted?.code == "TLSFailed")
        #expect(untrusted?.message.contains(bundle + "/none.pem") == true, "\(String(describing: untrusted))")
    }

    @Test func aFileThatCannotBeReadIsNamedAndCanBeCorrected() async throws {
        let home = try Self.home(config: "[default]\nregion = eu-west-3\nmax_attempts = often\n")
        let access = Self.access(home)
        for _ in 0..<2 {
            let error = #expect(throws: ControlError.self) { try access.client() }
            #expect(error?.code == .misconfigured && error?.message.contains("often") == true)
        }
        let missing = await #expect(throws: ControlError.self) {
            try await Self.access(home, ["AWS_PROFILE": "nobody"]).region()
        }
        #expect(missing?.message.contains(home + "/.aws/config") == true)
        try PosixFile.write("[default]\nregion = eu-west-3\n", to: home + "/.aws/config", mode: 0o600)
        #expect(try await access.region() == "eu-west-3")
    }

    @Test func theRegionIsTheVariablesBeforeTheFiles() async throws {
        let home = try Self.home(config: "[default]\nregion = eu-west-3\n[profile two]\nregion = us-west-2\n")
        #expect(try await Self.access(home, ["AWS_REGION": "ap-south-1"]).region() == "ap-south-1")
        #expect(try await Self.access(home, ["AWS_DEFAULT_REGION": "ap-south-2"]).region() == "ap-south-2")
        #expect(try await Self.access(home, ["AWS_PROFILE": "two"]).region() == "us-west-2")
        #expect(try await Self.access(home, ["AWS_REGION": ""]).region() == "eu-west-3")
        #expect(try await Self.access(try Self.home(config: "")).region() == nil)
    }
}
