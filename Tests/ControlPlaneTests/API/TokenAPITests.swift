import ControlPlaneAPI
import Cryptography
import Environments
import HTTPClient
import Postgres
import Testing

@testable import ControlPlane

@Suite struct TokenAPITests {
    private func token(
        _ api: APIHarness, _ scope: String, owner: String = "ci", _ more: String = ""
    ) async throws -> CreatedTokenResource {
        let made = try await api.send("POST", "/v1/tokens", #"{"owner":"\#(owner)","scope":"\#(scope)"\#(more)}"#)
        #expect(made.status == 201, "\(String(decoding: made.body, as: UTF8.self))")
        return try APICoding.decode(CreatedTokenResource.self, from: made.body)
    }

    private func code(_ response: HTTPResponse) -> String? {
        try? APICoding.decode(Problem.self, from: response.body).code
    }

    @Test func aTokenIsShownOnceAndKeptAsAHash() async throws {
        try await APIHarness.with { api in
            let made = try await token(api, "use")
            #expect(made.token.hasPrefix("envctl_") && made.token.count == 7 + 64)
            let listed = try await api.get("/v1/tokens", as: ListResource<TokenResource>.self).items
            #expect(listed.map(\.id) == [made.record.id])
            #expect(listed.first?.createdBy == "local" && listed.first?.lastUsedAt == nil)
            let rows = try await api.lifecycle.store.pool.query("SELECT to_jsonb(t)::text FROM tokens t")
            #expect(try rows.first?[0].string.contains(made.token) == false)
            let history = try await api.lifecycle.store.events(subject: made.record.id)
            #expect(history.map(\.kind) == ["token-created"])
            #expect(history.first?.actor == "local" && history.first?.source == "127.0.0.1")
            #expect(history.first?.message.contains(made.token) == false)
        }
    }

    @Test func scopesAreHeld() async throws {
        try await APIHarness.with { api in
            let read = try await token(api, "read").token
            let use = try await token(api, "use").token
            let admin = try await token(api, "admin", owner: "boss").token
            let locals = try await api.lifecycle.clone("locals")
            let body = #"{"snapshot":"prod","name":"mine"}"#

            #expect(try await api.send("GET", "/v1/environments/locals", token: read).status == 200)
            for (method, path) in [
                ("POST", "/v1/environments"), ("GET", "/v1/environments/locals/credentials"),
                ("DELETE", "/v1/environments/locals"), ("POST", "/v1/snapshots"), ("GET", "/v1/tokens"),
            ] {
                let refused = try await api.send(method, path, body, token: read)
                #expect(refused.status == 403 && code(refused) == "forbidden", "\(method) \(path)")
            }

            #expect(try await api.send("POST", "/v1/environments", body, token: use).status == 201)
            let mine = try await api.lifecycle.environments.wait("mine", timeout: api.lifecycle.patience)
            #expect(mine.owner == "ci")
            #expect(try await api.send("GET", "/v1/environments/mine/credentials", token: use).status == 200)
            // Somebody else's is there, and not theirs.
            #expect(try await api.send("GET", "/v1/environments/locals", token: use).status == 200)
            for (method, path) in [
                ("GET", "/v1/environments/locals/credentials"), ("DELETE", "/v1/environments/locals"),
                ("POST", "/v1/environments/locals/extend"), ("DELETE", "/v1/snapshots/prod"), ("POST", "/v1/tokens"),
                ("GET", "/v1/webhooks"),
            ] {
                let refused = try await api.send(method, path, #"{"ttl_seconds":60}"#, token: use)
                #expect(refused.status == 403, "\(method) \(path)")
            }
            // Other ways to write the name lead nowhere else.
            #expect(try await api.send("DELETE", "/v1/environments/%6cocals", token: use).status == 400)
            #expect(try await api.send("DELETE", "/v1/environments//locals", token: use).status == 403)
            #expect(try await api.send("DELETE", "/v1//environments/locals/", token: use).status == 403)
            #expect(try await api.send("GET", "/v1/nothing", token: use).status == 404)
            #expect(try await api.send("DELETE", "/v1/environments/mine", token: use).status == 202)
            #expect(try await api.lifecycle.environments.get("locals").phase == .ready)

            #expect(try await api.send("DELETE", "/v1/environments/locals", token: admin).status == 202)
            // Not from the stream of all events, which waits for transactions that began earlier.
            let history = try await api.lifecycle.store.events(subject: locals.id.text)
            #expect(history.first { $0.kind == "deleting" }?.actor == "boss")
        }
    }

    @Test func aBoundTokenSeesItsPart() async throws {
        try await APIHarness.with { api in
            let team = try await token(api, "use", owner: "qa", #","labels":{"team":"shop"},"snapshots":["prod"]"#)
                .token
            try await api.lifecycle.clone("foreign")
            let made = try await api.send(
                "POST", "/v1/environments", #"{"snapshot":"prod","name":"ours"}"#, token: team)
            #expect(try APICoding.decode(EnvironmentResource.self, from: made.body).labels == ["team": "shop"])
            _ = try await api.lifecycle.environments.wait("ours", timeout: api.lifecycle.patience)
            let other = try await api.send("POST", "/v1/environments", #"{"snapshot":"other"}"#, token: team)
            #expect(other.status == 403)
            let label = #"{"snapshot":"prod","labels":{"team":"search"}}"#
            #expect(try await api.send("POST", "/v1/environments", label, token: team).status == 403)

            let list = try await api.send("GET", "/v1/environments", token: team)
            let seen = try APICoding.decode(ListResource<EnvironmentResource>.self, from: list.body).items
            #expect(seen.map(\.name) == ["ours"])
            for path in ["/v1/environments/foreign", "/v1/environments/foreign/events", "/v1/snapshots/other"] {
                #expect(try await api.send("GET", path, token: team).status == 404, "\(path)")
            }
            let taken = try await api.send(
                "POST", "/v1/environments", #"{"snapshot":"prod","name":"foreign"}"#, token: team)
            #expect(taken.status == 409)
            #expect(!String(decoding: taken.body, as: UTF8.self).contains("127.0.0.1"))
            let snapshots = try await api.send("GET", "/v1/snapshots", token: team)
            #expect(
                try APICoding.decode(ListResource<SnapshotResource>.self, from: snapshots.body).items.map(\.name)
                    == ["prod"])
            for path in ["/v1/events?limit=1000", "/v1/events?after=0-0&limit=1000"] {
                let events = try await api.send("GET", path, token: team)
                let names = try APICoding.decode(EventListResource.self, from: events.body).items.map(\.name)
                #expect(Set(names) == ["ours", "prod"], "\(path)")
            }
            // A colleague with another token of the team.
            let colleague = try await token(api, "use", owner: "dev", #","labels":{"team":"shop"}"#).token
            #expect(try await api.send("GET", "/v1/environments/ours/credentials", token: colleague).status == 200)
        }
    }

    @Test func aRevokedTokenOpensNothingAtOnce() async throws {
        try await APIHarness.with { api in
            let made = try await token(api, "read")
            for _ in 0..<3 { #expect(try await api.send("GET", "/v1/status", token: made.token).status == 200) }
            #expect(try await api.send("DELETE", "/v1/tokens/\(made.record.id)").status == 200)
            let refused = try await api.send("GET", "/v1/status", token: made.token)
            #expect(refused.status == 401 && code(refused) == "unauthorized")
            #expect(try await api.send("DELETE", "/v1/tokens/\(made.record.id)").status == 200)
            #expect(try await api.send("DELETE", "/v1/tokens/none").status == 404)
            #expect(try await api.get("/v1/tokens", as: ListResource<TokenResource>.self).items.isEmpty)
        }
    }

    /// As another replica does it: this one only hears of it.
    @Test func aRevocationElsewhereIsHeard() async throws {
        try await APIHarness.with { api in
            let made = try await token(api, "read")
            let store = api.lifecycle.store
            let other = RecordStore(pool: store.pool, secrets: store.secrets, replica: "two")
            let used = ContinuousClock.now
            #expect(try await api.send("GET", "/v1/status", token: made.token).status == 200)
            _ = try await other.revokeToken(made.record.id, by: .local)
            var status = 200
            // The memory alone would last ten seconds.
            while status == 200, ContinuousClock.now - used < .seconds(8) {
                status = try await api.send("GET", "/v1/status", token: made.token).status
                try await Task.sleep(for: .milliseconds(10))
            }
            #expect(status == 401)
        }
    }

    @Test func anExpiredTokenOpensNothing() async throws {
        try await APIHarness.with { api in
            let (brief, used) = try await briefToken(api)
            // A verified token is remembered, but never longer than it lives; the memory alone would last ten seconds.
            var status = 200
            while status == 200, ContinuousClock.now - used < .seconds(9) {
                try await Task.sleep(for: .milliseconds(10))
                status = try await api.send("GET", "/v1/status", token: brief).status
            }
            #expect(status == 401)
            #expect(
                try await api.send("POST", "/v1/tokens", #"{"owner":"x","scope":"use","ttl_seconds":0}"#).status == 400)
            #expect(try await api.send("POST", "/v1/tokens", #"{"owner":"x","scope":"root"}"#).status == 400)
        }
    }

    /// A token of a brief life that was good when it was used first, and a moment before that. On a slow machine the
    /// briefest is over by then; only that is a reason to try a longer one.
    private func briefToken(_ api: APIHarness) async throws -> (token: String, used: ContinuousClock.Instant) {
        let store = api.lifecycle.store
        for ttl in [1, 2, 4, 8] {
            let made = try await token(api, "read", owner: "ci", #","ttl_seconds":\#(ttl)"#)
            #expect(made.record.expiresAt != nil)
            let used = ContinuousClock.now
            let status = try await api.send("GET", "/v1/status", token: made.token).status
            if status == 200 { return (made.token, used) }
            let now = try await store.now()
            let record = try #require(try await store.listTokens().first { $0.id == made.record.id })
            let end = try #require(record.expiresAt)
            try #require(status == 401 && now >= end, "\(status) at \(now), before its end at \(end)")
        }
        throw ControlError(.timeout, "no token lived until its first use")
    }

    @Test func theLastUseIsKnownRoughly() async throws {
        try await APIHarness.with { api in
            let made = try await token(api, "read")
            _ = try await api.send("GET", "/v1/status", token: made.token)
            let first = try await api.lifecycle.store.listTokens().first?.lastUsedAt
            #expect(first != nil)
            api.lifecycle.store.tokens.forget()
            _ = try await api.send("GET", "/v1/status", token: made.token)
            #expect(try await api.lifecycle.store.listTokens().first?.lastUsedAt == first)
        }
    }

    @Test func whoGuessesHasToWait() async throws {
        try await APIHarness.with { api in
            let good = try await token(api, "read").token
            // It is remembered as soon as revocations are heard of.
            let tokens = api.lifecycle.store.tokens
            for _ in 0..<500 where tokens.find(SHA256.hash(good)) == nil {
                #expect(try await api.send("GET", "/v1/status", token: good).status == 200)
            }
            var statuses: [Int] = []
            for number in 0..<14 {
                let answer = try await api.send("GET", "/v1/status", token: "envctl_guess\(number)")
                statuses.append(answer.status)
                guard answer.status == 429 else { continue }
                #expect(code(answer) == "throttled")
                #expect((1...7).contains(Int(answer.header("Retry-After") ?? "") ?? 0))
            }
            #expect(statuses.prefix(10).allSatisfy { $0 == 401 })
            #expect(statuses.suffix(3).allSatisfy { $0 == 429 })
            // Who is known goes on.
            #expect(try await api.send("GET", "/v1/status", token: good).status == 200)
            #expect(try await api.send("GET", "/v1/status").status == 200)
            #expect(try await api.send("GET", "/healthz", token: "none").status == 200)
        }
    }

    @Test func withoutATokenThereIsNothing() async throws {
        try await APIHarness.with { api in
            let response = try await api.client.send(HTTPRequest(url: api.url + "/v1/status"))
            #expect(response.status == 401)
            let basic = try await api.client.send(
                HTTPRequest(url: api.url + "/v1/status", headers: [("Authorization", "Basic eDp5")]))
            #expect(basic.status == 401)
        }
    }

    /// Nothing is served that the table of rights does not name.
    @Test func everyRouteHasARule() async throws {
        let plane = ControlPlane(
            configuration: ControlPlaneConfiguration(stateDirectory: "/nonexistent", processEnvironment: [:]),
            logger: LifecycleHarness.logger)
        let routes = APIServer(controlPlane: plane, logger: LifecycleHarness.logger).routes(token: "t")
        #expect(routes.count > 20)
        for route in routes where route.path != "/healthz" && route.path != "/readyz" {
            #expect(AccessTable.rule(method: route.method, path: route.path) != nil, "\(route.method) \(route.path)")
        }
    }
}

@Suite struct TokenCacheTests {
    private let token = VerifiedToken(id: "1", caller: Caller(owner: "ci", scope: .use), expiresIn: nil)
    private let hash: [UInt8] = [1, 2, 3]

    @Test func remembersForAWhile() {
        let cache = TokenCache()
        cache.listening(true)
        let now = ContinuousClock.now
        cache.keep(token, hash: hash, since: cache.generation, now: now)
        #expect(cache.find(hash, now: now + .seconds(9)) == token)
        #expect(cache.find(hash, now: now + .seconds(10)) == nil)
        #expect(cache.find([9], now: now) == nil)
    }

    @Test func neverLongerThanTheTokenLives() {
        let cache = TokenCache()
        cache.listening(true)
        let now = ContinuousClock.now
        let brief = VerifiedToken(id: "1", caller: token.caller, expiresIn: .seconds(2))
        cache.keep(brief, hash: hash, since: cache.generation, now: now)
        #expect(cache.find(hash, now: now + .milliseconds(1_999)) != nil)
        #expect(cache.find(hash, now: now + .seconds(2)) == nil)
    }

    @Test func whatWasReadBeforeARevocationIsNotKept() {
        let cache = TokenCache()
        cache.listening(true)
        let before = cache.generation
        cache.forget()
        cache.keep(token, hash: hash, since: before)
        #expect(cache.find(hash) == nil)
    }

    @Test func keepsNothingWhileItCannotHear() {
        let cache = TokenCache()
        cache.keep(token, hash: hash, since: cache.generation)
        #expect(cache.find(hash) == nil)
        cache.listening(true)
        cache.keep(token, hash: hash, since: cache.generation)
        #expect(cache.find(hash) == token)
        cache.listening(false)
        #expect(cache.find(hash) == nil)
    }
}
