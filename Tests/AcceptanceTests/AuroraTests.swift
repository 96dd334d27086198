import ControlPlane
import Environments
import Postgres
import TestSupport
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Environments of an Aurora cluster with the real binary, against moto's server. Serialized: they share the server that
/// stands in for the databases of clusters.
@Suite(.serialized, .enabled(if: Python.interpreter != nil, "ENVCTL_PYTHON is not set"))
struct AuroraTests {
    /// `ENVCTL_TRANSCRIPT=FILE` writes down what a reader would have typed and seen.
    @Test(.timeLimit(.minutes(3)))
    func theLifeOfThreeEnvironmentsAndOfAWarmPool() async throws {
        try await AuroraScene.with(ports: 22_600...22_649, isShown: true) { scene in
            let transcript = scene.transcript
            try transcript.heading("Three environments")
            for name in ["pr-1", "pr-2", "pr-3"] {
                try await scene.envctl("clone", "prod", name, "--ttl", "2h", "--label", "team=a", "--no-wait")
            }
            for name in ["pr-1", "pr-2", "pr-3"] { try await scene.envctl("wait", name) }
            #expect(try await scene.it.environments() == ["pr-1": "ready", "pr-2": "ready", "pr-3": "ready"])
            try await scene.envctl("show", "pr-1")
            try await isolation(scene)
            try await secrets(scene)
            try await changes(scene)
            try await pool(scene)
            try transcript.heading("The end")
            try await scene.envctl("delete", "pr-1", "pr-2", "pr-3")
            try await scene.envctl("snapshot", "delete", "prod")
            let isAlone = try await scene.it.eventually { try await scene.remains().count == 2 }
            #expect(isAlone)
            let isEmpty = try await scene.it.eventually { try await scene.storage().isEmpty }
            #expect(isEmpty)
            try await scene.envctl("list")
            try await scene.envctl("reconcile", "--dry-run")
            try await noPasswordIsWritten(scene)
        }
    }

    private static func name(_ text: String) -> String { #"{"name":{"S":"\#(text)"}}"# }

    /// What is written in one is in no other, and production's items are in all.
    private func isolation(_ scene: AuroraScene) async throws {
        try scene.transcript.heading("Read and written through the endpoints, each by itself")
        #expect(try await scene.aws("pr-1", "list-tables").contains("measurements"))
        for name in ["pr-1", "pr-2", "pr-3"] {
            let item = try await scene.aws(name, "get-item", "--table-name", "people", "--key", Self.name("Zoe"))
            #expect(item.contains("Zoe"), "\(name)")
            try await scene.aws(name, "put-item", "--table-name", "people", "--item", Self.name("of \(name)"))
        }
        for (name, other) in [("pr-1", "pr-2"), ("pr-2", "pr-3"), ("pr-3", "pr-1")] {
            let people = try await scene.aws(
                name, "scan", "--table-name", "people", "--query", "sort(Items[].name.S)", "--output", "text")
            #expect(people.contains("of \(name)") && !people.contains("of \(other)"), "\(people)")
        }
        let stored = try await scene.query(
            "SELECT count(*)::text FROM \"_ddb_00000000-0000-4000-8000-000000000004\" WHERE pk LIKE 'of %'",
            in: scene.data)
        #expect(stored == ["0"])
    }

    /// No key, no session and no value of production's is good for anything in a clone.
    private func secrets(_ scene: AuroraScene) async throws {
        try scene.transcript.heading("Production's keys")
        let secrets = [
            "AKIAEXTENDDBPR0D0001": "extenddbPR0Da1B2c3D4e5F6g7H8i9J0k1L2m3N4",
            "AKIAEXTENDDBPR0D0002": "extenddbPR0Dz9Y8x7W6v5U4t3S2r1Q0p9O8n7M6",
            "AKIAEXTENDDBPR0D0003": "extenddbPR0Db1B2b3B4b5B6b7B8b9B0b1B2b3B4",
        ]
        for (key, secret) in secrets.sorted(by: { $0.key < $1.key }) {
            let command =
                "AWS_ACCESS_KEY_ID=\(key) AWS_SECRET_ACCESS_KEY=\(secret) aws dynamodb list-tables"
            let refused = try await scene.attempt(["exec", "pr-1", "--", "sh", "-c", command])
            #expect(refused.exitCode != 0 && refused.output.contains("UnrecognizedClientException"), "\(refused)")
        }
        let session = """
            AWS_ACCESS_KEY_ID=ASIAEXTENDDBPR0D0004 AWS_SECRET_ACCESS_KEY=extenddbPR0Ds1S2s3S4s5S6s7S8s9S0s1S2s3S4 \
            AWS_SESSION_TOKEN=PR0D-session-token aws dynamodb list-tables
            """
        let refused = try await scene.attempt(["exec", "pr-1", "--", "sh", "-c", session])
        #expect(refused.exitCode != 0 && refused.output.contains("Exception"), "\(refused)")
        let copies = try await scene.storage().filter { $0.hasPrefix("envctl_a_") }
        #expect(copies.count == 6)
        for name in copies {
            #expect(try await ExtendDBDeployment.leaks(in: scene.catalog.with(database: name)) == [], "\(name)")
        }
    }

    private func changes(_ scene: AuroraScene) async throws {
        try scene.transcript.heading("Reset, sleep, more time")
        let before = try await scene.it.expect("env", "pr-1", "--format", "json")
        try await scene.envctl("reset", "pr-1")
        #expect(try await scene.it.expect("env", "pr-1", "--format", "json") == before)
        let people = try await scene.aws(
            "pr-1", "scan", "--table-name", "people", "--query", "sort(Items[].name.S)", "--output", "text")
        #expect(people.contains("Zoe") && !people.contains("of pr-1"), "\(people)")
        let isDropped = try await scene.it.eventually { try await scene.remains().count == 8 }
        #expect(isDropped, "the clone that the reset replaced is still there")

        try await scene.envctl("hibernate", "pr-2")
        #expect(try await scene.it.environments()["pr-2"] == "hibernated")
        let role = try await role(of: "pr-2", scene)
        // PostgreSQL's process outlives the client that it served for a moment.
        let isUnconnected = try await scene.it.eventually {
            let sessions = try await scene.query(
                "SELECT usename FROM pg_stat_activity WHERE usename LIKE 'envctl\\_r\\_%'", in: scene.catalog)
            return !sessions.contains(role)
        }
        #expect(isUnconnected, "a sleeping environment holds a connection")
        let woken = try await scene.aws(
            "pr-2", "get-item", "--table-name", "people", "--key", Self.name("of pr-2"))
        #expect(woken.contains("of pr-2"))
        #expect(try await scene.it.environments()["pr-2"] == "ready")
        #expect(try await scene.envctl("extend", "pr-3", "--ttl", "30m").contains("pr-3"))
        try await scene.envctl("events", "pr-1")
    }

    private func role(of name: String, _ scene: AuroraScene) async throws -> String {
        struct Shown: Decodable { var role: String }
        let shown = try await scene.it.expect("show", name, "--output", "json")
        return try JSONDecoder().decode(Shown.self, from: Data(shown.utf8)).role
    }

    private func pool(_ scene: AuroraScene) async throws {
        try scene.transcript.heading("A warm pool")
        try await scene.envctl("snapshot", "pool", "prod", "--size", "2", "--wait")
        let claimed = try await scene.envctl("clone", "prod", "pr-4", "--label", "team=b")
        #expect(claimed.contains("from the warm pool"))
        #expect(try await scene.aws("pr-4", "list-tables").contains("people"))
        // The member that was claimed is replaced.
        let isRefilled = try await scene.it.eventually {
            try await scene.it.expect("capacity").contains("owner (warm pool)  0.560 USD")
        }
        #expect(isRefilled)
        let shown = try await scene.envctl("capacity")
        let sums = [
            "all                1.680 USD", "owner (warm pool)  0.560 USD", "label team=a       0.840 USD",
            "budget             100.000 USD",
        ]
        for line in sums {
            #expect(shown.contains(line), "\(shown)")
        }
        try await scene.envctl("snapshot", "pool", "prod", "--wait")
        try await scene.envctl("snapshot", "pool", "prod", "--size", "0")
        try await scene.envctl("delete", "pr-4")
        let isEmpty = try await scene.it.eventually { try await scene.remains().count == 8 }
        #expect(isEmpty, "members are left")
    }

    /// The master passwords that clones got stand in the calls that set them and, encrypted, in the records.
    private func noPasswordIsWritten(_ scene: AuroraScene) async throws {
        let passwords = try scene.calls.all().filter { $0.action == "ModifyDBCluster" }
            .compactMap { $0["MasterUserPassword"] }
        // Three environments, one reset, and three members.
        #expect(passwords.count >= 6 && Set(passwords).count == passwords.count)
        let log = try #require(FileManager.default.contents(atPath: scene.it.home + "/logs/control-plane.log"))
        let events = try await scene.it.expect("events", "--output", "json")
        for password in passwords {
            #expect(!String(decoding: log, as: UTF8.self).contains(password))
            #expect(!events.contains(password))
        }
    }
}
