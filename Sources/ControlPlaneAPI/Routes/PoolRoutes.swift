import ControlPlane
import Environments
import Hummingbird

/// `/v1/pools` and `/v1/snapshots/{name}/pool`.
struct PoolRoutes: Sendable {
    let service: PoolService

    func add(to router: RouterGroup<APIRequestContext>) {
        router.get("pools") { _, context in
            let pools = try await service.list().map(PoolResource.init)
            return try Response.json(ListResource(items: pools.filter { context.caller.sees(snapshot: $0.snapshot) }))
        }
        let group = router.group("snapshots/:name/pool")
        group.get { _, context in
            try Response.json(PoolResource(try await service.get(try context.name())))
        }
        group.put { request, context in
            let body = try await request.decoded(as: PoolSizeBody.self, context: context)
            let status = try await service.set(
                try context.name(), size: body.size, by: context.actor)
            return try Response.json(PoolResource(status))
        }
        group.get("wait", use: wait)
    }

    /// Answers with the pool as it is when it is full or the time is over; a refill that fails meanwhile is an error.
    @Sendable private func wait(_ request: Request, context: APIRequestContext) async throws -> Response {
        let seconds = try request.number("timeout_seconds", in: 0...600, preset: 30)
        let name = try context.name()
        do {
            return try Response.json(PoolResource(try await service.wait(name, timeout: .seconds(seconds))))
        } catch let error as ControlError where error.code == .timeout {
            return try Response.json(PoolResource(try await service.get(name)))
        }
    }
}
