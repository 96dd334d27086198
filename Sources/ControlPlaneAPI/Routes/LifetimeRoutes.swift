import ControlPlane
import Environments
import Hummingbird

/// How long environments live: the part of `/v1/environments` that is about that.
struct LifetimeRoutes: Sendable {
    let service: EnvironmentService

    func add(to router: RouterGroup<APIRequestContext>) {
        let group = router.group("environments")
        group.post(":name/extend", use: extend)
        group.post(":name/restore", use: restore)
        group.post(":name/protect", use: protect)
        group.post(":name/unprotect", use: unprotect)
        group.get(":name/why", use: why)
        group.post(":name/holders", use: hold)
        group.put(":name/holders/:id", use: renew)
        group.delete(":name/holders/:id", use: release)
    }

    @Sendable private func extend(_ request: Request, context: APIRequestContext) async throws -> Response {
        let body = try await request.decoded(as: ExtendEnvironmentBody.self, context: context)
        return try shown(
            try await service.extend(try context.name(), ttl: .seconds(body.ttlSeconds), by: context.actor))
    }

    @Sendable private func restore(_ request: Request, context: APIRequestContext) async throws -> Response {
        let body = try await request.decoded(as: RestoreEnvironmentBody.self, context: context)
        let ttl = body.ttlSeconds.map { Duration.seconds($0) }
        return try shown(try await service.restore(try context.name(), ttl: ttl, by: context.actor))
    }

    @Sendable private func protect(_ request: Request, context: APIRequestContext) async throws -> Response {
        let body = try await request.decoded(as: ProtectEnvironmentBody.self, context: context)
        return try shown(
            try await service.protect(
                try context.name(), reason: body.reason, for: body.seconds.map { .seconds($0) }, by: context.actor))
    }

    @Sendable private func unprotect(_ request: Request, context: APIRequestContext) async throws -> Response {
        try shown(try await service.unprotect(try context.name(), by: context.actor))
    }

    @Sendable private func why(_ request: Request, context: APIRequestContext) async throws -> Response {
        let (record, holders, why) = try await service.why(try context.name())
        return try Response.json(WhyResource(record, holders, why))
    }

    @Sendable private func hold(_ request: Request, context: APIRequestContext) async throws -> Response {
        let body = try await request.decoded(as: HolderBody.self, context: context)
        let held = try await service.hold(
            try context.name(), purpose: body.purpose ?? "", ttl: body.ttlSeconds.map { .seconds($0) },
            by: context.actor)
        return try Response.json(HolderResource(held), status: .created)
    }

    @Sendable private func renew(_ request: Request, context: APIRequestContext) async throws -> Response {
        let body = try await request.decoded(as: HolderBody.self, context: context)
        let held = try await service.renewHold(
            try context.name(), id: try context.parameters.require("id"), ttl: body.ttlSeconds.map { .seconds($0) })
        return try Response.json(HolderResource(held))
    }

    @Sendable private func release(_ request: Request, context: APIRequestContext) async throws -> Response {
        try await service.releaseHold(try context.name(), id: try context.parameters.require("id"))
        return try Response.json([String: String]())
    }

    private func shown(_ record: EnvironmentRecord) throws -> Response {
        try Response.json(
            EnvironmentResource(
                record, endpoint: service.endpoint(of: record), deadline: service.deadline(of: record)))
    }
}
