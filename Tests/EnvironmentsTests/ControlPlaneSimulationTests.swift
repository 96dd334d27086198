import Environments
import Synchronization
import Testing

/// Thousands of runs of the whole control plane on a virtual clock, each from its seed.
@Suite struct ControlPlaneSimulationTests {
    private static let coverage = Mutex<[String: Int]>([:])

    /// Runs one seed to its end; the properties are checked on the way.
    private static func run(_ seed: UInt64, steps: Int, weather: Simulation.Weather) -> Simulation {
        var simulation = Simulation(seed: seed, weather: weather, keepsTrace: Seeds.named != nil)
        for _ in 0..<steps { simulation.step() }
        if !simulation.settle() { simulation.world.violated("liveness", "it never comes to rest") }
        for _ in 0..<2 where !simulation.reconcileAndSettle() {
            simulation.world.violated("liveness", "it never comes to rest after a comparison")
        }
        simulation.checkAtRest()
        simulation.outlive()
        return simulation
    }

    private func expectSound(_ seeds: UInt64, steps: Int, weather: Simulation.Weather) {
        for seed in Seeds.first(seeds) {
            let simulation = Self.run(seed, steps: steps, weather: weather)
            let again = Seeds.again(seed, "ControlPlaneSimulationTests")
            if Seeds.named != nil { print(simulation.trace.joined(separator: "\n")) }
            #expect(simulation.world.violations.isEmpty, "\(again): \(simulation.world.violations.prefix(3))")
            Self.coverage.withLock { coverage in
                for (what, count) in simulation.counts { coverage[what, default: 0] += count }
                coverage["fenced", default: 0] += simulation.records.fenced
                coverage["taken over", default: 0] += simulation.records.takeovers
            }
        }
    }

    @Test func inFairWeather() { expectSound(60, steps: 500, weather: .quiet) }

    @Test func withFaultsAndDeaths() {
        expectSound(150, steps: 600, weather: Simulation.Weather())
        guard Seeds.named == nil else { return }
        let coverage = Self.coverage.withLock { $0 }
        for what in [
            "requested", "ready", "answered", "delete", "hibernate", "wake", "woken by a client", "reset", "restore",
            "extend", "protect", "expire by the rule", "delete by the rule", "hibernate by the rule",
            "warn by the rule",
            "replica killed", "replica paused", "server killed", "outage", "fenced", "taken over", "claim ran out",
            "reconcile remove",
        ] { #expect(coverage[what, default: 0] > 0, "no run shows: \(what)") }
    }

    @Test func inBadWeather() {
        expectSound(100, steps: 600, weather: Simulation.Weather(faults: 0.3))
    }

    /// Somebody drops databases behind the control plane's back.
    @Test func withVandals() {
        expectSound(300, steps: 600, weather: Simulation.Weather(faults: 0.05, vandals: true))
    }

    /// Quotas, few ports, little disk and memory, warm pools and a queue; the seed chooses which limits are met.
    @Test func withPoolsAndLimits() {
        var fair = Simulation.Weather.quiet
        fair.isTight = true
        expectSound(150, steps: 800, weather: fair)
        expectSound(100, steps: 800, weather: Simulation.Weather(faults: 0.02, isTight: true))
        expectSound(60, steps: 800, weather: Simulation.Weather(faults: 0.3, isTight: true))
        guard Seeds.named == nil else { return }
        let coverage = Self.coverage.withLock { $0 }
        for what in [
            "claimed", "refilled", "queued", "admitted", "refused", "abandoned", "decided side by side",
            "snapshot deleted", "pool waiter told the cause", "pool waiter served", "discarded: failed",
            "discarded: superseded", "discarded: surplus", "discarded: room", "a pool without room at rest",
        ] { #expect(coverage[what, default: 0] > 0, "no run shows: \(what)") }
    }
}
