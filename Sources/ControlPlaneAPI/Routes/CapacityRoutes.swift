import ControlPlane
import Environments
import Hummingbird

/// `/v1/capacity`.
struct CapacityRoutes: Sendable {
    let service: CapacityService
    let pools: PoolService
    let costs: AuroraCostService

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
            var capacity = CapacityResource(status, pools: seen)
            if let sums = try await costs.summary() {
                capacity.costs = sums.hourly.sorted { $0.key < $1.key }
                    .filter { caller.scope == .admin || $0.key == "all" || $0.key == "owner \(caller.owner)" }
                    .map { CostSumResource(of: $0.key, hourlyMost: $0.value, currency: sums.currency) }
                capacity.budget = sums.budget.map {
                    CostSumResource(of: "budget", hourlyMost: $0, currency: sums.currency)
                }
            }
            return try Response.json(capacity)
        }
    }
}
