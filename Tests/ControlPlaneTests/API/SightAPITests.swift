import ControlPlaneAPI
import Environments
import HTTPClient
import Postgres
import Testing

@testable import ControlPlane

/// What the calls about the whole control plane show to a token that is bound to a part of it.
@Suite struct SightAPITests {
    private func token(_ api: APIHarness, _ scope: String, _ more: String = "") async throws -> String {
        let made = try await api.send("POST", "/v1/tokens", #"{"owner":"qa","scope":"\#(scope)"\#(more)}"#)
        return try APICoding.decode(CreatedTokenResource.self, from: made.body).token
    }

    private func status(_ api: APIHarness, _ token: String) async throws -> StatusResource {
        let response = try await api.send("GET", "/v1/status", token: token)
        #expect(response.status == 200)
        return try APICoding.decode(StatusResource.self, from: response.body)
    }

    @Test func aBoundTokenIsToldOfItsPartAlone() async throws {
        try await APIHarness.with { api in
            try await api.lifecycle.clone("one")
            try await api.lifecycle.clone("two", of: "other")
            let all = try await status(api, try await token(api, "read"))
            #expect(all.environments == ["ready": 2] && all.snapshots == 2)
            #expect(all.pools.map(\.snapshot) == ["other", "prod"])

            let bound = try await status(api, try await token(api, "read", #","snapshots":["other"]"#))
            #expect(bound.ready && bound.environments == ["ready": 1] && bound.snapshots == 1)
            #expect(bound.pools.map(\.snapshot) == ["other"])

            let team = try await token(api, "use", #","labels":{"team":"shop"},"snapshots":["prod"]"#)
            let none = try await status(api, team)
            #expect(none.environments.isEmpty && none.snapshots == 1 && none.pools.map(\.snapshot) == ["prod"])
            #expect(
                try await api.send("POST", "/v1/environments", #"{"snapshot":"prod","name":"ours"}"#, token: team)
                    .status
                    == 201)
            #expect(try await status(api, team).environments.values.reduce(0, +) == 1)

            let metrics = try await api.send("GET", "/metrics", token: team)
            #expect(metrics.status == 403)
            #expect(!String(decoding: metrics.body, as: UTF8.self).contains("other"))
            #expect(try await api.send("GET", "/metrics", token: try await token(api, "read")).status == 200)
        }
    }

    @Test func failuresOfOthersAreNotCounted() async throws {
        try await APIHarness.with { api in
            let plane = ControlPlane(configuration: api.lifecycle.configuration, logger: LifecycleHarness.logger)
            plane.box.set(api.lifecycle.box.state)
            try await api.lifecycle.clone("one")
            try await api.lifecycle.store.pool.query("UPDATE environments SET phase = 'failed' WHERE name = 'one'")
            let bound = Caller(owner: "qa", scope: .read, labels: ["team": "shop"])
            let mine = await plane.doctor(seenBy: bound).first { $0.name == "environments" }
            #expect(mine?.severity == .ok, "\(String(describing: mine))")
            let all = await plane.doctor().first { $0.name == "environments" }
            #expect(all?.detail == "1 failed")
        }
    }

    @Test func awsIsAskedAboutWhatOneSees() async throws {
        try await APIHarness.with { api in
            let read = try await token(api, "read")
            let bound = try await token(api, "use", #","snapshots":["other"]"#)
            let path = "/v1/doctor?aurora="
            for name in ["prod", "production-cluster", "", "none"] {
                let refused = try await api.send("GET", path + name, token: bound)
                #expect(refused.status == 403, "\(name)")
            }
            #expect(try await api.send("GET", path + "other", token: bound).status == 200)
            let imported = try await api.send("GET", path + "prod", token: read)
            #expect(imported.status == 200)
            let check = try APICoding.decode(ListResource<CheckResource>.self, from: imported.body).items.first
            #expect(check?.ok == false && check?.detail.contains("'prod' is not an Aurora snapshot") == true)
            #expect(check?.hint?.contains("--region") == false)
            #expect(try await api.send("GET", path + "production-cluster", token: read).status == 403)
            #expect(try await api.send("GET", path + "production-cluster").status == 200)
        }
    }
}
