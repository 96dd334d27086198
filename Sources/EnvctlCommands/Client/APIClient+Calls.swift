package import ControlPlaneAPI
package import Environments

/// One method for each call of the API.
extension APIClient {
    package func createEnvironment(
        _ body: CreateEnvironmentBody, idempotencyKey: String
    ) async throws(ControlError) -> EnvironmentResource {
        try await post("/v1/environments", body, as: EnvironmentResource.self, idempotencyKey: idempotencyKey)
    }

    package func environments(labels: [String: String] = [:]) async throws(ControlError) -> [EnvironmentResource] {
        let query = labels.sorted { $0.key < $1.key }
            .map { "label=" + Self.encoded("\($0.key)=\($0.value)") }.joined(separator: "&")
        let path = "/v1/environments" + (query.isEmpty ? "" : "?" + query)
        return try await get(path, as: ListResource<EnvironmentResource>.self).items
    }

    package func environment(_ name: EnvironmentName) async throws(ControlError) -> EnvironmentResource {
        try await get("/v1/environments/\(name)", as: EnvironmentResource.self)
    }

    package func credentials(of name: EnvironmentName) async throws(ControlError) -> CredentialsResource {
        try await get("/v1/environments/\(name)/credentials", as: CredentialsResource.self)
    }

    /// Waits on the server's side for at most `seconds` until the environment is ready, failed or gone, and answers
    /// with what it is then.
    package func waitForEnvironment(
        _ name: EnvironmentName, seconds: Int
    ) async throws(ControlError) -> EnvironmentResource {
        try await get(
            "/v1/environments/\(name)/wait?timeout_seconds=\(seconds)", as: EnvironmentResource.self,
            timeout: .seconds(seconds + 10))
    }

    /// Records the deletion; with `waitSeconds` above 0 answers when nothing of the environment is left.
    ///
    /// - Throws: `ControlError` with `timeout` when it is not gone by then; the deletion goes on.
    package func deleteEnvironment(
        _ name: EnvironmentName, waitSeconds: Int
    ) async throws(ControlError) -> EnvironmentResource {
        try await delete(
            "/v1/environments/\(name)?wait_seconds=\(waitSeconds)", as: EnvironmentResource.self,
            timeout: .seconds(waitSeconds + 30))
    }

    /// Answers when the server is gone, or after `waitSeconds` with `timeout`; the environment goes to sleep anyhow.
    package func hibernateEnvironment(_ name: EnvironmentName, waitSeconds: Int) async throws(ControlError)
        -> EnvironmentResource
    {
        try await post(
            "/v1/environments/\(name)/hibernate?wait_seconds=\(waitSeconds)", [String: String](),
            as: EnvironmentResource.self, timeout: .seconds(waitSeconds + 30))
    }

    /// Starts waking; wait for `ready` with ``waitForEnvironment(_:seconds:)``.
    package func wakeEnvironment(_ name: EnvironmentName) async throws(ControlError) -> EnvironmentResource {
        try await post(
            "/v1/environments/\(name)/wake", [String: String](), as: EnvironmentResource.self)
    }

    /// Starts the reset; wait for `ready` with ``waitForEnvironment(_:seconds:)``.
    package func resetEnvironment(_ name: EnvironmentName, latest: Bool) async throws(ControlError)
        -> EnvironmentResource
    {
        try await post(
            "/v1/environments/\(name)/reset", ResetEnvironmentBody(latest: latest),
            as: EnvironmentResource.self)
    }

    package func logs(of name: EnvironmentName, lines: Int) async throws(ControlError) -> String {
        try await text("/v1/environments/\(name)/logs?lines=\(lines)")
    }

    package func events(of name: EnvironmentName) async throws(ControlError) -> [EventResource] {
        try await get("/v1/environments/\(name)/events", as: ListResource<EventResource>.self).items
    }

    package func events(ofSnapshot name: SnapshotName) async throws(ControlError) -> [EventResource] {
        try await get("/v1/snapshots/\(name)/events", as: ListResource<EventResource>.self).items
    }

    /// The newest events that fit, and where to go on from them.
    package func events(_ selection: EventSelection, limit: Int) async throws(ControlError) -> EventListResource {
        try await get(
            "/v1/events?" + (selection.query + ["limit=\(limit)"]).joined(separator: "&"), as: EventListResource.self)
    }

    package func importSnapshot(_ name: SnapshotName, exportDirectory: String) async throws(ControlError)
        -> SnapshotResource
    {
        try await post(
            "/v1/snapshots",
            CreateSnapshotBody(name: name.text, source: SnapshotSource(exportDirectory: exportDirectory)),
            as: SnapshotResource.self)
    }

    package func registerSnapshot(_ name: SnapshotName, _ aurora: AuroraResource) async throws(ControlError)
        -> SnapshotResource
    {
        // AWS is asked meanwhile.
        try await post(
            "/v1/snapshots", CreateSnapshotBody(name: name.text, source: SnapshotSource(aurora: aurora)),
            as: SnapshotResource.self, timeout: .seconds(90))
    }

    package func snapshots() async throws(ControlError) -> [SnapshotResource] {
        try await get("/v1/snapshots", as: ListResource<SnapshotResource>.self).items
    }

    package func snapshot(_ name: SnapshotName) async throws(ControlError) -> SnapshotResource {
        try await get("/v1/snapshots/\(name)", as: SnapshotResource.self)
    }

    /// - Parameter exportDirectory: nil: the one of the last import.
    package func refreshSnapshot(
        _ name: SnapshotName, exportDirectory: String?
    ) async throws(ControlError) -> SnapshotResource {
        try await post(
            "/v1/snapshots/\(name)/refresh", RefreshSnapshotBody(exportDirectory: exportDirectory),
            as: SnapshotResource.self)
    }

    package func cancelSnapshot(_ name: SnapshotName) async throws(ControlError) -> SnapshotResource {
        try await post("/v1/snapshots/\(name)/cancel", [String: String](), as: SnapshotResource.self)
    }

    package func deleteSnapshot(_ name: SnapshotName) async throws(ControlError) -> SnapshotResource {
        try await delete("/v1/snapshots/\(name)", as: SnapshotResource.self, timeout: .seconds(60))
    }

    package func capacity() async throws(ControlError) -> CapacityResource {
        try await get("/v1/capacity", as: CapacityResource.self)
    }

    package func pools() async throws(ControlError) -> [PoolResource] {
        try await get("/v1/pools", as: ListResource<PoolResource>.self).items
    }

    package func pool(of snapshot: SnapshotName) async throws(ControlError) -> PoolResource {
        try await get("/v1/snapshots/\(snapshot)/pool", as: PoolResource.self)
    }

    /// - Parameter size: nil: the control plane's default.
    package func setPool(of snapshot: SnapshotName, size: Int?) async throws(ControlError) -> PoolResource {
        try await put("/v1/snapshots/\(snapshot)/pool", PoolSizeBody(size: size), as: PoolResource.self)
    }

    /// Waits on the server's side for at most `seconds` until the pool is full, and answers with what it is then.
    package func waitForPool(of snapshot: SnapshotName, seconds: Int) async throws(ControlError) -> PoolResource {
        try await get(
            "/v1/snapshots/\(snapshot)/pool/wait?timeout_seconds=\(seconds)", as: PoolResource.self,
            timeout: .seconds(seconds + 10))
    }

    package func status() async throws(ControlError) -> StatusResource {
        try await get("/v1/status", as: StatusResource.self)
    }

    package func reconcile(dryRun: Bool) async throws(ControlError) -> ReconcileResource {
        // Dropping what is found can take a while for each.
        try await post(
            "/v1/reconcile", ReconcileBody(dryRun: dryRun), as: ReconcileResource.self, timeout: .seconds(300))
    }

    /// - Parameter aurora: a registered snapshot or a cluster that alone is looked at; nil: the machine.
    package func doctor(aurora: String? = nil) async throws(ControlError) -> [CheckResource] {
        let query = aurora.map { "?aurora=" + Self.encoded($0) } ?? ""
        return try await get("/v1/doctor" + query, as: ListResource<CheckResource>.self, timeout: .seconds(120)).items
    }

    /// `text` percent-encoded for a path segment or a query value (RFC 3986's unreserved characters stay).
    package static func encoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF")
        return text.utf8.reduce(into: "") { result, byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                result.append(Character(UnicodeScalar(byte)))
            default:
                result.append("%")
                result.append(digits[Int(byte >> 4)])
                result.append(digits[Int(byte & 15)])
            }
        }
    }
}
