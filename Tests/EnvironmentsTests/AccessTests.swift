import Environments
import Testing

@Suite struct AccessTests {
    private func environment(
        owner: String = "maria", snapshot: String = "prod", labels: [String: String] = [:]
    ) throws -> EnvironmentRecord {
        var record = EnvironmentRecord(
            id: EnvironmentID("00"), name: try EnvironmentName("pr-1"), snapshot: try SnapshotName(snapshot),
            snapshotID: SnapshotID("11"), generation: 1, createdAt: Timestamp(unixSeconds: 0),
            expiresAt: Timestamp(unixSeconds: 1), ttl: .seconds(1))
        record.owner = owner
        record.labels = labels
        return record
    }

    @Test func eachScopeHoldsTheOnesBelow() {
        #expect(Scope.allCases.sorted() == [.read, .use, .admin])
    }

    @Test func whatATokenSeesAndOwns() throws {
        let mine = try environment()
        let other = try environment(owner: "ci")
        let plain = Caller(owner: "maria", scope: .use)
        #expect(plain.sees(mine) && plain.owns(mine))
        #expect(plain.sees(other) && !plain.owns(other))
        let admin = Caller(owner: "root", scope: .admin)
        #expect(admin.sees(other) && admin.owns(other))

        let team = Caller(owner: "qa", scope: .use, labels: ["team": "shop"])
        let shop = try environment(owner: "ci", labels: ["team": "shop", "pr": "1"])
        #expect(team.sees(shop) && team.owns(shop))
        #expect(!team.sees(other) && !team.owns(other))
        #expect(try team.owns(environment(owner: "qa", labels: ["team": "shop"])))
        // Its owner's own, also those from before it was bound.
        #expect(try team.sees(environment(owner: "qa")))
        #expect(try !team.sees(environment(owner: "ci", labels: ["team": "search"])))

        let bound = Caller(owner: "maria", scope: .use, snapshots: ["prod"])
        #expect(bound.sees(mine) && bound.owns(mine))
        #expect(try !bound.sees(environment(snapshot: "other")))
        #expect(bound.sees(snapshot: "prod") && !bound.sees(snapshot: "other"))
    }

    @Test func labelsOfATokenAreAdded() throws {
        let team = Caller(owner: "qa", scope: .use, labels: ["team": "shop"])
        #expect(try team.labels(asking: ["pr": "1"]) == ["pr": "1", "team": "shop"])
        #expect(try team.labels(asking: ["team": "shop"]) == ["team": "shop"])
        let error = #expect(throws: ControlError.self) { try team.labels(asking: ["team": "search"]) }
        #expect(error?.code == .forbidden)
    }

    /// Nobody owns what they do not see, and a wider scope never takes anything away.
    @Test(arguments: Seeds.first(20)) func ownershipImpliesSight(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let owners = ["a", "b"]
        let names = ["p", "q"]
        func labels() -> [String: String] {
            var labels: [String: String] = [:]
            for key in ["k", "l"] where Bool.random(using: &generator) {
                labels[key] = names.randomElement(using: &generator)
            }
            return labels
        }
        for _ in 0..<200 {
            let record = try environment(
                owner: owners.randomElement(using: &generator) ?? "",
                snapshot: names.randomElement(using: &generator) ?? "",
                labels: labels())
            var caller = Caller(
                owner: owners.randomElement(using: &generator) ?? "", scope: .use,
                snapshots: Bool.random(using: &generator) ? ["p"] : nil, labels: labels())
            #expect(!caller.owns(record) || caller.sees(record))
            let before = (caller.sees(record), caller.owns(record))
            caller.scope = .admin
            #expect(caller.sees(record) == before.0)
            #expect(caller.owns(record) || !before.1)
            // What it makes is its own.
            var made = record
            made.owner = caller.owner
            made.labels = try caller.labels(asking: [:])
            #expect(caller.owns(made) == caller.sees(snapshot: made.snapshot.text))
        }
    }

    @Test func theTableFindsTheRuleOfACall() throws {
        let (rule, name) = try #require(AccessTable.rule(method: "DELETE", path: "/v1/environments/pr-1"))
        #expect(rule.scope == .use && rule.reach == .owns && name == "pr-1")
        let holder = try #require(AccessTable.rule(method: "PUT", path: "/v1/environments/pr-1/holders/7"))
        #expect(holder.name == "pr-1" && holder.rule.path.hasSuffix("{id}"))
        #expect(AccessTable.rule(method: "DELETE", path: "/v1/tokens/7")?.rule.scope == .admin)
        #expect(AccessTable.rule(method: "PATCH", path: "/v1/environments/pr-1") == nil)
        #expect(AccessTable.rule(method: "GET", path: "/v1/environments/pr-1/secrets") == nil)
    }

    @Test func theTableHoldsItsPromises() {
        let rules = AccessTable.rules
        #expect(Set(rules.map { $0.method + $0.path }).count == rules.count)
        for rule in rules {
            // Who may only look changes nothing and gets no credentials.
            if rule.scope == .read { #expect(rule.method == "GET" && !rule.path.hasSuffix("credentials")) }
            if rule.path.hasPrefix("/v1/environments/{name}") {
                #expect(rule.reach == (rule.scope == .read ? .sees : .owns), "\(rule.path)")
            }
        }
    }
}

@Suite struct TokenRuleTests {
    @Test(arguments: ["ci", "maria@example.org", "team/qa", "A-1_b.c+d:e"])
    func ownersArePlainNames(owner: String) throws {
        try TokenRule.check(Caller(owner: owner, scope: .use))
    }

    @Test(arguments: [
        Caller(owner: "", scope: .use), Caller(owner: "two words", scope: .use), Caller(owner: "é", scope: .use),
        Caller(owner: "local", scope: .use), Caller(owner: "reaper", scope: .read),
        Caller(owner: String(repeating: "x", count: 65), scope: .use),
        Caller(owner: "ci", scope: .use, snapshots: []), Caller(owner: "ci", scope: .use, snapshots: ["No Name"]),
        Caller(owner: "ci", scope: .use, labels: ["": "x"]),
        Caller(owner: "ci", scope: .admin, snapshots: ["prod"]), Caller(owner: "ci", scope: .admin, labels: ["k": "v"]),
    ])
    func othersAreRefused(caller: Caller) {
        let error = #expect(throws: ControlError.self) { try TokenRule.check(caller) }
        #expect(error?.code == .invalidRequest)
    }
}

@Suite struct WebhookRuleTests {
    @Test(arguments: ["https://ci.example.org/hook?x=1", "http://127.0.0.1:8080", "HTTPS://[::1]:1/"])
    func urls(url: String) throws {
        try WebhookRule.check(url: url, kinds: ["ready", "server-died"])
    }

    @Test(arguments: [
        "", "ci.example.org", "ftp://x/", "https://", "https:///x", "http://:80/", "http://u:p@x/", "http://x/ y",
        "http://x/\n", "file:///etc/passwd", "http://é/",
    ])
    func otherURLsAreRefused(url: String) {
        #expect(throws: ControlError.self) { try WebhookRule.check(url: url, kinds: []) }
    }

    @Test(arguments: [[""], ["Ready"], ["a b"], [String(repeating: "k", count: 65)]])
    func otherKindsAreRefused(kinds: [String]) {
        #expect(throws: ControlError.self) { try WebhookRule.check(url: "https://x/", kinds: kinds) }
    }
}
