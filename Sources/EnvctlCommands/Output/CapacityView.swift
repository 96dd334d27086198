package import ControlPlaneAPI

/// How the limits read to people.
package enum CapacityView {
    package static func text(_ capacity: CapacityResource) -> String {
        var table = TextTable(["LIMIT", "USED", "MAXIMUM", "FREE"])
        for limit in capacity.limits + capacity.owners + [capacity.clones] {
            table.add([
                limit.owner.map { "\(limit.name) (\($0))" } ?? limit.name, amount(limit.used, limit),
                amount(limit.maximum, limit), amount(limit.free, limit),
            ])
        }
        var parts = [table.render()]
        if !capacity.queue.isEmpty {
            var queue = TextTable(["POSITION", "NAME", "OWNER", "SINCE", "WAITS FOR", "BY AT THE LATEST"])
            for place in capacity.queue {
                queue.add([
                    String(place.position), place.name ?? "-", place.owner, place.queuedAt, place.limit ?? "-",
                    place.estimatedAt ?? "-",
                ])
            }
            parts.append(queue.render())
        }
        let costs = (capacity.costs ?? []) + [capacity.budget].compactMap(\.self)
        if !costs.isEmpty { parts.append(CostView.table(costs)) }
        if !capacity.pools.isEmpty {
            var pools = FieldList()
            for pool in capacity.pools { pools.add("warm pool of \(pool.snapshot)", PoolView.line(pool)) }
            parts.append(pools.render())
        }
        return parts.joined(separator: "\n\n")
    }

    private static func amount(_ value: Int, _ limit: LimitResource) -> String {
        limit.unit == "bytes" ? Quantities.bytes(value) : Quantities.count(value)
    }
}
