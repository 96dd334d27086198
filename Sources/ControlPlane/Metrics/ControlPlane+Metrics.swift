import Environments

extension ControlPlane {
    /// The metrics of now, in Prometheus' text format. What the records know is left out while they cannot be read.
    package func metricsText() async -> String {
        var families = metrics.collected + ProcessMetrics.families
        families.append(
            MetricFamily(
                "envctl_build_info", .gauge, "The version that runs; always 1.",
                [.init([.init("version", Self.version)], 1)]))
        var isReachable = true
        do throws(ControlError) {
            families += try await recorded()
        } catch {
            isReachable = false
        }
        let isDegraded = !isReachable || degradation.current != nil
        families.append(
            MetricFamily(
                "envctl_degraded", .gauge, "Whether the control plane cannot do its work now; /readyz says why.",
                [.init([], isDegraded ? 1 : 0)]))
        return PrometheusText.render(families)
    }

    private func recorded() async throws(ControlError) -> [MetricFamily] {
        let store = try box.runtime().store
        let phases = try await store.countByPhase()
        let ports = try await store.portsInUse(configuration.ports)
        let members = try await store.poolMembers()
        let held = try await pools.list().compactMap { pool in pool.heldBy.map { (pool.snapshot.text, $0) } }
        return [
            MetricFamily(
                "envctl_environments", .gauge, "Environments by phase; tombstones are not counted.",
                Phase.allCases.filter { $0 != .deleted }.map {
                    .init([.init("phase", $0.rawValue)], Double(phases[$0] ?? 0))
                }),
            MetricFamily(
                "envctl_queue_length", .gauge, "Requests for environments that wait for the limits to admit them.",
                [.init([], Double(phases[.queued] ?? 0))]),
            MetricFamily(
                "envctl_pool_members", .gauge, "Environments that nobody has claimed, by snapshot and state.",
                members.map { .init([.init("snapshot", $0.snapshot), .init("state", $0.state)], Double($0.count)) }),
            MetricFamily(
                "envctl_pool_held", .gauge,
                "Pools below their size that are not refilled now, by snapshot and by what holds them; always 1.",
                held.map { .init([.init("snapshot", $0.0), .init("by", $0.1)], 1) }),
            MetricFamily(
                "envctl_ports", .gauge, "Ports of endpoints by state.",
                [
                    .init([.init("state", "used")], Double(ports)),
                    .init([.init("state", "free")], Double(configuration.ports.count - ports)),
                ]),
        ]
    }
}
