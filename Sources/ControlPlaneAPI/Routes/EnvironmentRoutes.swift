import ControlPlane
import Environments
import Hummingbird

/// `/v1/environments`.
struct EnvironmentRoutes: Sendable {
    let service: EnvironmentService
    let capacity: CapacityService
    let costs: AuroraCostService

    func add(to router: RouterGroup<APIRequestContext>) {
        let group = router.group("environments")
        group.post(use: create)
        group.get(use: list)
        group.get(":name", use: show)
        group.delete(":name", use: delete)
        group.get(":name/credentials", use: credentials)
        group.get(":name/wait", use: wait)
        group.post(":name/hibernate", use: hibernate)
        group.post(":name/wake", use: wake)
        group.post(":name/reset", use: reset)
        group.get(":name/logs", use: logs)
        group.get(":name/events", use: events)
    }

    @Sendable private func create(_ request: Request, context: APIRequestContext) async throws -> Response {
        let body = try await request.decoded(as: CreateEnvironmentBody.self, context: context)
        var name = body.name
        if name == nil, let key = request.headers.first(where: { $0.name.canonicalName == "idempotency-key" })?.value {
            name = try IdempotentName.make(key: key).text
        }
        let caller = context.caller
        guard caller.sees(snapshot: body.snapshot) else {
            throw ControlError(
                .forbidden, subject: body.snapshot, "this token may not clone '\(body.snapshot)'",
                hint: "it is bound to " + (caller.snapshots ?? []).sorted().joined(separator: ", "))
        }
        let outcome = try await service.clone(
            CloneSpec(
                snapshot: body.snapshot, name: name, ttl: body.ttlSeconds.map { .seconds($0) },
                idle: body.idleSeconds.map { .seconds($0) },
                labels: try caller.labels(asking: body.labels ?? [:]), owner: caller.owner,
                whenFull: try Self.whenFull(body.whenFull)),
            by: context.actor, mayHave: { caller.owns($0) })
        return try Response.json(
            try await resource(outcome.record, created: outcome.created), status: outcome.created ? .created : .ok)
    }

    @Sendable private func list(_ request: Request, context: APIRequestContext) async throws -> Response {
        var labels: [String: String] = [:]
        for (name, value) in request.uri.queryParameters where name == "label" {
            guard let split = value.firstIndex(of: "="), split != value.startIndex else {
                throw ControlError(
                    .invalidRequest, subject: "label", "label is '\(value)'", hint: "write label=key=value")
            }
            labels[String(value[..<split])] = String(value[value.index(after: split)...])
        }
        let records = try await service.list(labels: labels).filter { context.caller.sees($0) }
        return try Response.json(ListResource(items: try await resources(records)))
    }

    @Sendable private func show(_ request: Request, context: APIRequestContext) async throws -> Response {
        let record = try await service.refreshed(try await service.get(try context.name()))
        var shown = try await resource(record)
        shown.holders = try await service.holders(of: record).count
        return try Response.json(shown)
    }

    @Sendable private func delete(_ request: Request, context: APIRequestContext) async throws -> Response {
        let record = try await service.delete(try context.name(), wait: try patience(request), by: context.actor)
        return try Response.json(try await resource(record), status: record.phase == .deleted ? .ok : .accepted)
    }

    @Sendable private func credentials(_ request: Request, context: APIRequestContext) async throws -> Response {
        var response = try Response.json(CredentialsResource(try await service.credentials(try context.name())))
        response.headers[.cacheControl] = "no-store"
        return response
    }

    /// Answers with the environment as it is when it has settled or the time is over: running out of time is no
    /// error of a long poll.
    @Sendable private func wait(_ request: Request, context: APIRequestContext) async throws -> Response {
        let seconds = try request.number("timeout_seconds", in: 0...600, preset: 30)
        do {
            return try Response.json(
                try await resource(service.wait(try context.name(), timeout: .seconds(seconds))))
        } catch let error as ControlError where error.code == .timeout {
            return try await show(request, context: context)
        }
    }

    @Sendable private func hibernate(_ request: Request, context: APIRequestContext) async throws -> Response {
        let record = try await service.hibernate(
            try context.name(), by: context.actor, wait: try patience(request))
        return try Response.json(try await resource(record))
    }

    @Sendable private func wake(_ request: Request, context: APIRequestContext) async throws -> Response {
        let record = try await service.wake(try context.name(), by: context.actor, wait: try patience(request))
        return try Response.json(try await resource(record))
    }

    @Sendable private func reset(_ request: Request, context: APIRequestContext) async throws -> Response {
        let body = try await request.decoded(as: ResetEnvironmentBody.self, context: context)
        let record = try await service.reset(
            try context.name(), latest: body.latest ?? false, by: context.actor, wait: try patience(request))
        return try Response.json(try await resource(record))
    }

    /// How long to wait for the end of what was asked for; nil: not at all.
    private func patience(_ request: Request) throws -> Duration? {
        let seconds = try request.number("wait_seconds", in: 0...3_600, preset: 0)
        return seconds > 0 ? .seconds(seconds) : nil
    }

    @Sendable private func logs(_ request: Request, context: APIRequestContext) async throws -> Response {
        let lines = try request.number("lines", in: 1...10_000, preset: 100)
        return Response.text(try await service.logs(try context.name(), lines: lines))
    }

    @Sendable private func events(_ request: Request, context: APIRequestContext) async throws -> Response {
        let events = try await service.events(try context.name())
        return try Response.json(ListResource(items: events.map(EventResource.init)))
    }

    private func resource(_ record: EnvironmentRecord, created: Bool? = nil) async throws -> EnvironmentResource {
        var resource = EnvironmentResource(
            record, endpoint: service.endpoint(of: record), deadline: service.deadline(of: record), created: created)
        resource.add(try await capacity.places(of: [record])[record.id])
        resource.cost = try await costs.cost(of: record).map(CostResource.init)
        return resource
    }

    private func resources(_ records: [EnvironmentRecord]) async throws -> [EnvironmentResource] {
        let places = try await capacity.places(of: records)
        return records.map { record in
            var resource = EnvironmentResource(
                record, endpoint: service.endpoint(of: record), deadline: service.deadline(of: record))
            resource.add(places[record.id])
            return resource
        }
    }

    private static func whenFull(_ text: String?) throws(ControlError) -> WhenFull {
        guard let text else { return .refuse }
        guard let choice = WhenFull(rawValue: text) else {
            throw ControlError(
                .invalidRequest, subject: "when_full", "when_full is '\(text)'", hint: "write refuse or queue")
        }
        return choice
    }
}
