import ArgumentParser
import ControlPlane
import ControlPlaneAPI
import EnvctlCommands
import Environments
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

@Suite struct CommandLineTests {
    @Test func cloneTakesItsOptions() throws {
        let command = try #require(
            try EnvctlCommand.parseAsRoot([
                "clone", "prod-snapshot", "pr-1", "--ttl", "90s", "--label", "pr=1", "--label", "team=a=b", "--no-wait",
            ]) as? CloneCommand)
        #expect(command.snapshot == "prod-snapshot")
        #expect(command.name == "pr-1")
        #expect(command.ttl == "90s")
        #expect(command.label.dictionary == ["pr": "1", "team": "a=b"])
        #expect(command.noWait)
    }

    @Test func execKeepsTheCommandAsItIs() throws {
        let command = try #require(
            try EnvctlCommand.parseAsRoot(["exec", "pr-1", "--", "aws", "--output", "json", "--", "-x"]) as? ExecCommand
        )
        #expect(command.name == "pr-1")
        #expect(command.command == ["aws", "--output", "json", "--", "-x"])
    }

    /// Arguments may be secrets, and what a hold is for stands in the history.
    @Test func aHoldNamesTheProgramAlone() {
        #expect(ExecCommand.purpose(of: ["/usr/bin/env", "PASSWORD=secret", "npm", "test"]) == "env …")
        #expect(ExecCommand.purpose(of: ["npm"]) == "npm")
        #expect(ExecCommand.purpose(of: ["/"]) == "")
    }

    @Test(arguments: [
        ["clone"], ["clone", "s", "--label", "nonsense"], ["clone", "s", "--label", "=x"], ["exec", "pr-1"],
        ["extend", "pr-1"], ["logs", "pr-1", "--lines", "0"], ["env", "pr-1", "--format", "xml"], ["nonsense"],
        ["list", "--output", "yaml"], ["delete"], ["snapshot", "import", "x"], ["events", "--limit", "0"],
        ["token", "create", "--owner", "x"],
        ["token", "revoke"], ["webhook", "create"], ["webhook", "deliveries", "x", "--limit", "1001"],
    ])
    func misuseIsAUsageError(arguments: [String]) async {
        #expect(await EnvctlProgram.run(arguments) == 2)
    }

    @Test(arguments: ["90s", "4h", "7d", "1h30m"])
    func durationsAreTaken(text: String) throws {
        #expect(try seconds(text) > 0)
    }

    @Test(arguments: ["-1", "", "10", "4 h", "h", "1s1h", "99999999999999999999d"])
    func otherDurationsAreRefusedWithAHint(text: String) {
        let error = #expect(throws: ControlError.self) { try seconds(text) }
        #expect(error?.exitCode == 2)
        #expect(error?.hint != nil)
    }

    @Test(arguments: ["400000d", "99999999999999999999d", "6000w1d"])
    func whatIsTooLongIsToldFromWhatIsNoDuration(text: String) throws {
        let error = #expect(throws: ControlError.self) { try seconds(text) }
        #expect(error?.message == "'\(text)' is too long")
        #expect(error?.hint?.contains(longestDuration) == true)
        // The limit is that of the control plane.
        #expect(try seconds(longestDuration) == 36_600 * 86_400)
        #expect(throws: ControlError.self) { try seconds("36601d") }
    }

    @Test func namesAreEncodedForThePath() {
        #expect(APIClient.encoded("pr-1_x.~") == "pr-1_x.~")
        #expect(APIClient.encoded("a/b ?é") == "a%2Fb%20%3F%C3%A9")
    }

    @Test(arguments: [
        ("not_found", ControlError.Code.notFound, Int32(3)), ("conflict", .conflict, 4),
        ("capacity_exceeded", .capacity, 5),
        ("timeout", .timeout, 6), ("unauthorized", .unauthorized, 7), ("throttled", .throttled, 7),
        ("something_new", .failed, 1),
    ])
    func problemsBecomeTheErrorTheyWere(code: String, expected: ControlError.Code, exitCode: Int32) {
        let error = Problem(title: "t", status: 400, detail: "d", code: code, hint: "h").controlError
        #expect(error.code == expected)
        #expect(error.exitCode == exitCode)
        #expect(error.hint == "h")
    }

    @Test func everyErrorSurvivesTheWayThroughTheAPI() throws {
        for code in ControlError.Code.allCases {
            let error = ControlError(code, "what", hint: "do")
            let bytes = try APICoding.encode(Problem(error))
            #expect(try APICoding.decode(Problem.self, from: bytes).controlError == error)
        }
    }

    @Test func aKeyAlwaysGivesTheSameName() throws {
        #expect(try IdempotentName.make(key: "k") == IdempotentName.make(key: "k"))
        #expect(try IdempotentName.make(key: "k") != IdempotentName.make(key: "l"))
    }

    @Test func aSocketIsAnAddressToo() {
        let tcp = APIClient.Target(url: "http://127.0.0.1:1", token: "", isRemote: false).address(of: "/v1/status")
        #expect(tcp.url == "http://127.0.0.1:1/v1/status" && tcp.unixSocket == nil)
        let unix = APIClient.Target(url: "unix:/run/a.sock", token: "", isRemote: false).address(of: "/v1/status")
        #expect(unix.url == "http://localhost/v1/status" && unix.unixSocket == "/run/a.sock")
    }

    @Test(arguments: ["8642", "unix:relative", "127.0.0.1:99999"])
    func whatIsNoAddressIsRefusedAtOnce(address: String) async throws {
        #expect(await EnvctlProgram.run(["server", "--listen", address, "--state-directory", "/nonexistent"]) == 2)
        let configuration = try ControlPlaneConfiguration(
            environment: ["ENVCTL_HOME": "/nonexistent", "ENVCTL_LISTEN": address], isRoot: false)
        let error = #expect(throws: ControlError.self) { try ServerCommand.check(configuration) }
        #expect(error?.exitCode == 2)
    }

    @Test(arguments: ["https://plane.example", ""])
    func aTokenThatCannotStandInAHeaderIsRefusedBeforeTheCall(url: String) throws {
        let configuration = try ControlPlaneConfiguration(environment: ["ENVCTL_HOME": "/nonexistent"], isRoot: false)
        for token in ["envctl_1\n", "envctl_1 2", "envctl_é"] {
            let error = #expect(throws: ControlError.self) {
                try APIClient.Target.resolve(
                    configuration: configuration, environment: { ["ENVCTL_URL": url, "ENVCTL_TOKEN": token][$0] })
            }
            #expect(error?.exitCode == 2)
            #expect(error?.message.contains(token) == false)
        }
    }
}

@Suite struct LocalTokenTests {
    @Test func isMadeOnceAndForItsOwnerAlone() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "envctl-token-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let path = directory.appending(path: "token").path
        let token = try LocalToken.ensure(path: path)
        #expect(token.count == 7 + 64)
        #expect(try LocalToken.ensure(path: path) == token)
        let mode = try #require(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
        #expect(mode & 0o777 == 0o600)

        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        #expect(throws: ControlError.self) { try LocalToken.read(path: path) }
    }

    @Test func aMissingTokenIsAnErrorThatNamesThePath() {
        let error = #expect(throws: ControlError.self) { try LocalToken.read(path: "/nonexistent/token") }
        #expect(error?.subject == "/nonexistent/token")
    }
}
