import AWS
import AWSClient
import Cryptography
import DynamoModel
import HTTPClient
import TestSupport
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Each situation given to our chain and to botocore's: both must find the same credentials, region and endpoint.
@Suite struct ChainComparisonTests {
    private struct Found: Hashable, CustomStringConvertible {
        var key: String?
        var token: String?
        var region: String?
        /// Of RDS.
        var endpoint: String?

        var description: String { "\(key ?? "-") \(token ?? "-") \(region ?? "-") \(endpoint ?? "-")" }
    }

    private static let script = """
        import json, os, sys
        import botocore.session, botocore.config, botocore.exceptions
        keep = {name: os.environ[name] for name in ('PATH', 'HOME') if name in os.environ}
        for line in sys.stdin:
            if not line.strip(): continue
            situation = json.loads(line)
            os.environ.clear(); os.environ.update(keep); os.environ.update(situation['variables'])
            found = {'key': None, 'token': None, 'region': None, 'endpoint': None}
            try:
                session = botocore.session.Session(profile=situation.get('profile'))
                credentials = session.get_credentials()
                if credentials is not None:
                    frozen = credentials.get_frozen_credentials()
                    found['key'], found['token'] = frozen.access_key, frozen.token
                    found['region'] = session.get_config_variable('region')
                    found['endpoint'] = session.create_client('rds', region_name=found['region'] or 'us-east-1').meta.endpoint_url
            except (botocore.exceptions.BotoCoreError, OSError, ValueError) as error:
                print(situation['name'] + ': ' + repr(error), file=sys.stderr)
            print(json.dumps(found))
        """

    @Test(.enabled(if: Python.interpreter != nil, "ENVCTL_PYTHON is not set"))
    func everySituation() async throws {
        let server = try PretendedAWS.start()
        defer { server.stop() }
        let url = "http://127.0.0.1:\(server.port)"
        let root = FileManager.default.temporaryDirectory.appending(path: "envctl-chain-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: root) }

        var input = ""
        var ours: [Found] = []
        for (index, situation) in Situation.all.enumerated() {
            // One home for botocore, which remembers it, and one for us: both renew tokens in it.
            let homes = [root + "/botocore", root + "/ours"]
            var variables: [[String: String]] = []
            for home in homes { variables.append(try Self.prepare(situation, index, home: home, url: url)) }
            input += try Self.line(situation, variables[0]) + "\n"
            let found = await Self.resolve(situation, ProcessEnvironment(variables[1], home: homes[1]))
            #expect(found.key == situation.expected, "\(situation.name)")
            ours.append(found)
        }
        let lines = try await Python.lines(Self.script, input: input, variables: ["HOME": root + "/botocore"])
            .filter { !$0.isEmpty }
        try #require(lines.count == Situation.all.count)
        for (index, line) in lines.enumerated() {
            let document = try JSONValue(parsing: line)
            let theirs = Found(
                key: document["key"]?.stringValue, token: document["token"]?.stringValue,
                region: document["region"]?.stringValue,
                endpoint: document["endpoint"]?.stringValue.flatMap { Endpoint(url: $0)?.url })
            #expect(ours[index] == theirs, "\(Situation.all[index].name)")
        }
        print("situations resolved as botocore resolves them: \(lines.count)")
    }

    private static func resolve(_ situation: Situation, _ environment: ProcessEnvironment) async -> Found {
        let chain = CredentialChain(
            environment, profile: situation.profile, transport: HTTPClient(), clock: ManualClock().systemTime())
        do {
            let resolved = try await chain.load()
            let settings = try AWSSettings.read(environment, profile: situation.profile)
            let endpoint = try settings.endpoint(of: .rds, region: settings.region ?? "us-east-1")
            return Found(
                key: resolved.credentials.accessKeyID, token: resolved.credentials.sessionToken,
                region: settings.region, endpoint: endpoint.url)
        } catch {
            print("\(situation.name): \(error)")
            return Found()
        }
    }

    private static func line(_ situation: Situation, _ variables: [String: String]) throws -> String {
        var members = [
            JSONMember(name: "name", value: .string(situation.name)),
            JSONMember(
                name: "variables",
                value: .object(variables.map { JSONMember(name: $0.key, value: .string($0.value)) })),
        ]
        if let profile = situation.profile { members.append(JSONMember(name: "profile", value: .string(profile))) }
        var writer = JSONWriter()
        writer.value(.object(members))
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// Writes the files of a situation and returns its environment.
    private static func prepare(
        _ situation: Situation, _ index: Int, home: String, url: String
    ) throws -> [String: String] {
        func filled(_ text: String) -> String {
            text.replacing("{home}", with: home).replacing("{url}", with: url)
        }
        let cache = home + "/.aws/sso/cache"
        try FileManager.default.createDirectory(atPath: cache, withIntermediateDirectories: true)
        try "web-token".write(toFile: home + "/token", atomically: false, encoding: .utf8)
        try """
        printf '{"Version": 1, "AccessKeyId": "PROCESS.%s.%s", "SecretAccessKey": "s", "SessionToken": "t"}' "$1" "$2"
        """.write(toFile: home + "/process.sh", atomically: false, encoding: .utf8)
        for (name, token, expiry) in [
            ("work", "sso-work", "2100-01-01T00:00:00Z"),
            ("https://old.example/start", "sso-old", "2100-01-01T00:00:00UTC"),
            ("late", "sso-late", "2020-01-01T00:00:00Z"),
        ] {
            let file = cache + "/" + Hex.encode(SHA1.hash(Array(name.utf8))) + ".json"
            try """
            {"accessToken": "\(token)", "expiresAt": "\(expiry)", "clientId": "c", "clientSecret": "x",
             "registrationExpiresAt": "2100-01-01T00:00:00Z", "refreshToken": "r"}
            """.write(toFile: file, atomically: false, encoding: .utf8)
        }
        var variables = situation.variables.mapValues(filled)
        for (name, text) in [("config", situation.config), ("credentials", situation.credentials)] {
            let path = home + "/.aws/\(index).\(name)"
            try filled(text).write(toFile: path, atomically: false, encoding: .utf8)
            let variable = name == "config" ? "AWS_CONFIG_FILE" : "AWS_SHARED_CREDENTIALS_FILE"
            if let chosen = variables[variable] {
                try filled(text).write(
                    toFile: chosen.replacing("~", with: home), atomically: false, encoding: .utf8)
            } else {
                variables[variable] = path
            }
        }
        for service in ["STS", "SSO", "SSO_OIDC"] { variables["AWS_ENDPOINT_URL_" + service] = url }
        // Without a region botocore assumes no role; we ask STS in us-east-1.
        if situation.config.contains("role_arn") { variables["AWS_DEFAULT_REGION"] = "eu-south-1" }
        if variables["AWS_EC2_METADATA_DISABLED"] == nil { variables["AWS_EC2_METADATA_DISABLED"] = "true" }
        return variables
    }
}
