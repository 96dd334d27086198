import ControlPlaneAPI
import EnvctlCommands
import Testing

@Suite struct QuantitiesTests {
    @Test(arguments: [
        (0, "0s"), (-5, "0s"), (45, "45s"), (125, "2m5s"), (120, "2m"), (11_400, "3h10m"), (187_200, "2d4h"),
        (86_399, "23h59m"),
    ])
    func durationsShowTheirTwoLargestUnits(seconds: Int, text: String) {
        #expect(Quantities.duration(seconds: seconds) == text)
    }

    @Test(arguments: [(7, "7 ms"), (999, "999 ms"), (1_000, "1.00 s"), (1_236, "1.24 s"), (61_000, "1m1s")])
    func milliseconds(value: Int, text: String) {
        #expect(Quantities.milliseconds(value) == text)
    }

    @Test(arguments: [(0, "0 B"), (1_023, "1023 B"), (1_536, "1.5 KiB"), (5 << 30, "5.0 GiB"), (3 << 40, "3.0 TiB")])
    func bytes(value: Int, text: String) {
        #expect(Quantities.bytes(value) == text)
    }

    @Test(arguments: [(0, "0"), (999, "999"), (1_000, "1,000"), (12_345_678, "12,345,678"), (-1_234, "-1,234")])
    func counts(value: Int, text: String) {
        #expect(Quantities.count(value) == text)
    }
}

@Suite struct TextTableTests {
    @Test func columnsAreAlignedAndLinesEndWithoutBlanks() {
        var table = TextTable(["NAME", "PHASE"])
        table.add(["pr-1", "ready"])
        table.add(["a-longer-name", ""])
        #expect(table.render() == "NAME           PHASE\npr-1           ready\na-longer-name")
    }

    @Test func fieldsWithoutAValueAreLeftOut() {
        var fields = FieldList()
        fields.add("name", "pr-1")
        fields.add("reason", nil)
        fields.add("endpoint", "http://x")
        #expect(fields.render(indent: 2) == "  name      pr-1\n  endpoint  http://x")
    }
}

@Suite struct ProgressLineTests {
    static let half = ProgressResource(
        itemsDone: 2_500, itemsTotal: 5_000, bytesDone: 10, bytesTotal: 20, itemsPerSecond: 1_000)

    @Test func showsShareRateAndTimeToGo() {
        let line = ProgressLine(progress: Self.half, elapsedSeconds: 3)
        #expect(line.text == "importing: 50%  2,500/5,000 items  1,000/s  elapsed 3s  ETA 3s")
        #expect(
            line.bar(width: 100)
                == "[####################....................] 50%  2,500/5,000 items  1,000/s  elapsed 3s  ETA 3s")
    }

    @Test func theBarFitsTheTerminal() {
        for width in 60...200 {
            #expect(ProgressLine(progress: Self.half, elapsedSeconds: 3).bar(width: width).count <= max(width, 74))
        }
    }

    @Test func anUnknownRateHasNoTimeToGo() {
        var progress = Self.half
        progress.itemsPerSecond = 0
        #expect(ProgressLine(progress: progress, elapsedSeconds: 0).remainingSeconds == nil)
    }

    @Test func withoutItemsInTheManifestBytesCount() {
        let progress = ProgressResource(
            itemsDone: 3, itemsTotal: 0, bytesDone: 5, bytesTotal: 20, itemsPerSecond: 1)
        #expect(ProgressLine(progress: progress, elapsedSeconds: 1).share == 0.25)
    }
}

@Suite struct ClientVariablesTests {
    static let variables = ClientVariables(
        CredentialsResource(
            endpoint: "http://127.0.0.1:20000", accessKeyId: "AKIA", secretAccessKey: "a'b$c", region: "eu-west-1",
            accountId: "123456789012"))

    @Test func shellQuotesWhatAShellWouldRead() {
        #expect(
            Self.variables.shell == """
                unset AWS_SESSION_TOKEN AWS_SECURITY_TOKEN AWS_PROFILE AWS_DEFAULT_PROFILE
                export AWS_ENDPOINT_URL_DYNAMODB='http://127.0.0.1:20000'
                export AWS_ENDPOINT_URL_DYNAMODB_STREAMS='http://127.0.0.1:20000'
                export AWS_ACCESS_KEY_ID='AKIA'
                export AWS_SECRET_ACCESS_KEY='a'\\''b$c'
                export AWS_REGION='eu-west-1'
                export AWS_DEFAULT_REGION='eu-west-1'
                """)
    }

    @Test func dotenvHasOneLineAVariable() {
        #expect(Self.variables.dotenv.split(separator: "\n").count == 6)
        #expect(Self.variables.dotenv.contains("AWS_SECRET_ACCESS_KEY=a'b$c\n"))
    }

    @Test func anAuthorityIsNamedWhereItIsOfUse() {
        func names(_ endpoint: String, authority: String?) -> [String] {
            let credentials = CredentialsResource(
                endpoint: endpoint, accessKeyId: "AKIA", secretAccessKey: "s", region: "eu-west-1",
                accountId: "123456789012")
            return ClientVariables(credentials, authority: authority).variables.filter { $0.value == authority }
                .map(\.name)
        }
        #expect(
            names("https://127.0.0.1:20000", authority: "/ca.pem") == ["AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"])
        #expect(names("http://127.0.0.1:20000", authority: "/ca.pem") == [])
        #expect(names("https://127.0.0.1:20000", authority: nil) == [])
    }

    @Test func gitHubMasksTheSecretAndNothingElse() {
        #expect(Self.variables.gitHubMask == "::add-mask::a'b$c")
        #expect(Self.variables.gitHubFile.hasSuffix("\n"))
    }
}

@Suite struct EnvironmentViewTests {
    static let plain = Terminal(standardOutputIsTerminal: false, standardErrorIsTerminal: false, colors: false)
    static let environment = EnvironmentResource(
        id: "0011", name: "pr-1", snapshot: "prod-snapshot", generation: 1, phase: "ready",
        endpoint: "http://127.0.0.1:20000", region: "eu-west-1", port: 20_000, accountId: "123456789012",
        accessKeyId: "AKIA", createdAt: "2026-01-01T00:00:00.000Z", readyAt: "2026-01-01T00:00:00.150Z",
        expiresAt: "2026-01-01T02:00:00.000Z", ttlSeconds: 7_200, labels: ["pr": "1", "app": "shop"],
        timings: TimingsResource(cloningMs: 90, sealingMs: 20, startingMs: 15, probingMs: 25, totalMs: 150), pid: 42,
        database: "envctl_e_0011_g1", role: "envctl_r_0011")
    static let view = EnvironmentView(now: 1_767_225_660, terminal: plain)

    @Test func listShowsOneLineEach() {
        #expect(
            Self.view.list([Self.environment]) == """
                NAME  SNAPSHOT         PHASE  ENDPOINT                EXPIRES   LABELS
                pr-1  prod-snapshot@1  ready  http://127.0.0.1:20000  in 1h59m  app=shop,pr=1
                """)
    }

    @Test func anEmptyListSaysWhatToDo() {
        #expect(Self.view.list([]).contains("envctl clone"))
    }

    @Test func detailsHoldEverythingButTheSecret() {
        let text = Self.view.details(Self.environment)
        for part in ["pr-1", "prod-snapshot, generation 1", "150 ms (clone 90 ms", "envctl_e_0011_g1", "in 1h59m"] {
            #expect(text.contains(part), "\(part) is missing")
        }
    }

    @Test func anOverdueEnvironmentSaysSo() {
        let late = EnvironmentView(now: 1_767_225_600 + 7_203, terminal: Self.plain)
        #expect(late.list([Self.environment]).contains("overdue by 3s"))
    }

    @Test func unprotectingSaysThatItGoesWhenItDoes() {
        let late = EnvironmentView(now: 1_767_225_600 + 7_203, terminal: Self.plain)
        #expect(
            Self.view.unprotected(Self.environment)
                == "pr-1 is not protected; its deadline is 2026-01-01T02:00:00.000Z")
        #expect(
            late.unprotected(Self.environment)
                == "pr-1 is not protected; its lifetime ended 2026-01-01T02:00:00.000Z, and it goes now")
    }

    @Test func anExtensionSaysWhenItCounts() {
        var environment = Self.environment
        #expect(
            Self.view.extended(environment, seconds: 7_140) == "pr-1 expires 2026-01-01T02:00:00.000Z (in 1h59m)")
        environment.protection = ProtectionResource(owner: "ann", reason: "a demo")
        #expect(Self.view.extended(environment, seconds: 60).hasSuffix("from now, and on while it is protected"))
        environment.protection = nil
        environment.phase = "queued"
        #expect(Self.view.extended(environment, seconds: 60).contains("waits in the queue"))
    }

    @Test func coloursAreForTerminals() {
        let colored = Terminal(standardOutputIsTerminal: true, standardErrorIsTerminal: true, colors: true)
        #expect(
            EnvironmentView(now: 1_767_225_660, terminal: colored).details(Self.environment).contains("\u{1B}[32mready")
        )
        #expect(!Self.view.details(Self.environment).contains("\u{1B}"))
    }
}

@Suite struct APICodingTests {
    @Test func keysAreSnakeCaseAndStayEqualThroughARoundTrip() throws {
        let bytes = try APICoding.encode(EnvironmentViewTests.environment)
        let text = String(decoding: bytes, as: UTF8.self)
        for key in ["access_key_id", "expires_at", "ttl_seconds", "cloning_ms", "total_ms", "account_id"] {
            #expect(text.contains("\"\(key)\":"), "\(key) is missing in \(text)")
        }
        #expect(try APICoding.decode(EnvironmentResource.self, from: bytes) == EnvironmentViewTests.environment)
    }

    @Test func labelsKeepTheirSpelling() throws {
        var environment = EnvironmentViewTests.environment
        environment.labels = ["camelCase": "x", "snake_case": "y"]
        let bytes = try APICoding.encode(environment)
        #expect(try APICoding.decode(EnvironmentResource.self, from: bytes).labels == environment.labels)
    }

    @Test func timestampsSurviveARoundTrip() throws {
        #expect(APICoding.unixSeconds(timestamp: "2026-01-01T00:00:00.150Z") == 1_767_225_600.15)
        #expect(APICoding.unixSeconds(timestamp: "yesterday") == nil)
    }
}
