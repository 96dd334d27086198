import ControlPlane
import Environments
import Hummingbird

/// `/v1/capacity`.
struct CapacityRoutes: Sendable {
    let service: CapacityService
    let pools: PoolService

    func add(to router: RouterGroup<APIRequestContext>) {
        router.get("capacity") { _, context in
            let caller = context.caller
            var status = try await service.status()
            // Everybody sees how long the queue is; whose the others' places are is theirs.
            if caller.scope != .admin {
                status.usedByOwner = status.usedByOwner.filter { $0.key == caller.owner }
                for index in status.queue.indices where status.queue[index].owner != caller.owner {
                    status.names[status.queue[index].id] = nil
                    status.queue[index].owner = ""
                }
            }
            let seen = try await pools.list().filter { caller.sees(snapshot: $0.snapshot.text) }
            return try Response.json(CapacityResource(status, pools: seen))
        }
    }
}
