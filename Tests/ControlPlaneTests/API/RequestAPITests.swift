import ControlPlaneAPI
import Environments
import HTTPClient
import Testing

@testable import ControlPlane

/// What the API refuses of a request before it is about anything.
@Suite struct RequestAPITests {
    private func problem(_ response: HTTPResponse) throws -> Problem {
        try APICoding.decode(Problem.self, from: response.body)
    }

    @Test func aZeroByteIsTheCallersMistake() async throws {
        try await APIHarness.with { api in
            for path in [
                "/v1/events?name=a%00b", "/v1/events?kind=a%00b", "/v1/environments?label=a%00b=c",
                "/v1/environments?label=a=%00", "/v1/environments/a%00b", "/v1/snapshots/%00/pool",
                "/v1/doctor?aurora=%00",
                "/v1/webhooks/a%00b/deliveries",
            ] {
                let response = try await api.send("GET", path)
                #expect(response.status == 400, "\(path)")
                let problem = try problem(response)
                #expect(problem.code == "invalid_request" && problem.detail.contains("zero byte"), "\(path) \(problem)")
            }
            #expect(try await api.send("DELETE", "/v1/tokens/a%00b").status == 400)
            // Who may not ask is told that first.
            #expect(try await api.send("GET", "/v1/events?name=a%00b", token: "none").status == 401)
        }
    }

    @Test func namesInPathsAreShownAsTheyAreMeant() async throws {
        try await APIHarness.with { api in
            let environment = try problem(try await api.send("GET", "/v1/environments/Gr%C3%B6%C3%9Fe"))
            #expect(environment.detail == "'Größe' is not a valid environment name")
            let snapshot = try problem(try await api.send("PUT", "/v1/snapshots/a%20b/pool", #"{"size":1}"#))
            #expect(snapshot.detail == "'a b' is not a valid snapshot name")
            for path in ["/v1/environments/%ff", "/v1/environments/a%2", "/v1/environments/%zz"] {
                let response = try await api.send("GET", path)
                #expect(response.status == 400, "\(path)")
                #expect(try problem(response).detail.contains("is not percent-encoded UTF-8"), "\(path)")
            }
            // Nothing has two addresses.
            try await api.lifecycle.clone("locals")
            let needless = try await api.send("DELETE", "/v1/environments/%6cocals")
            #expect(needless.status == 400)
            #expect(try problem(needless).detail == "'locals' is written with % in the path")
            #expect(try await api.lifecycle.environments.get("locals").phase == .ready)
        }
    }

    @Test func theSchemesCaseDoesNotMatter() async throws {
        try await APIHarness.with { api in
            for scheme in ["Bearer ", "bearer ", "BEARER  "] {
                let response = try await api.client.send(
                    HTTPRequest(url: api.url + "/v1/status", headers: [("Authorization", scheme + api.token)]))
                #expect(response.status == 200, "\(scheme)")
            }
            for header in ["Bearer", "Bearer ", "Bearer\(api.token)", "Basic \(api.token)", api.token] {
                let response = try await api.client.send(
                    HTTPRequest(url: api.url + "/v1/status", headers: [("Authorization", header)]))
                #expect(response.status == 401, "\(header)")
            }
        }
    }

    @Test func unknownMembersAreRefusedByName() async throws {
        try await APIHarness.with { api in
            let refused = try await api.send(
                "POST", "/v1/environments", #"{"snapshot":"prod","nmae":"zz","ttl":"1h","labels":{"any":"thing"}}"#)
            #expect(refused.status == 400)
            let problem = try problem(refused)
            #expect(problem.detail == "/v1/environments takes no member 'nmae', 'ttl'")
            #expect(problem.hint == "it takes snapshot, name, ttl_seconds, idle_seconds, labels, when_full")
            #expect(try await api.lifecycle.environments.list().isEmpty)
            for (method, path, body) in [
                ("POST", "/v1/snapshots", #"{"name":"x","source":{"export_directory":"/x","exportDirectory":"/y"}}"#),
                ("POST", "/v1/snapshots", #"{"name":"x","source":{"aurora":{"cluster":"c","min_acu":1}}}"#),
                ("PUT", "/v1/snapshots/prod/pool", #"{"Size":1}"#),
                ("POST", "/v1/tokens", #"{"owner":"ci","scope":"use","ttl":"1h"}"#),
                ("POST", "/v1/webhooks", #"{"url":"https://x/","kind":"ready"}"#),
                ("POST", "/v1/reconcile", #"{"dry_run":true,"force":true}"#),
            ] {
                let response = try await api.send(method, path, body)
                #expect(response.status == 400, "\(path)")
                #expect(try self.problem(response).detail.contains("takes no member"), "\(path)")
            }
            #expect(
                try self.problem(
                    try await api.send(
                        "POST", "/v1/snapshots", #"{"name":"x","source":{"aurora":{"cluster":"c","min_acu":1}}}"#)
                ).detail.contains("'source.aurora.min_acu'"))
            for body in ["", "[]", "7", "null", "{"] {
                let response = try await api.send("POST", "/v1/environments", body)
                #expect(response.status == 400, "\(body)")
            }
            let named = #"{"snapshot":"prod","name":"a","ttl_seconds":3600,"idle_seconds":null,"when_full":"queue"}"#
            #expect(try await api.send("POST", "/v1/environments", named).status == 201)
        }
    }

    @Test func unknownKindsOfEventsAreRefused() async throws {
        try await APIHarness.with { api in
            for path in ["/v1/events?kind=bogus", "/v1/events?kind=ready&kind=redy&after=0-0"] {
                let response = try await api.send("GET", path)
                #expect(response.status == 400, "\(path)")
                #expect(try problem(response).detail.contains("is not a kind of event"), "\(path)")
            }
            let stream = try await api.send(
                "GET", "/v1/events?kind=bogus", headers: [("Accept", "text/event-stream")])
            #expect(stream.status == 400)
            let webhook = try await api.send("POST", "/v1/webhooks", #"{"url":"https://x/","kinds":["bogus"]}"#)
            #expect(webhook.status == 400)
        }
    }
}
