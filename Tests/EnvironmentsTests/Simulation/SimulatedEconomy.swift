import Environments

/// How much there is of everything, and how large the pools are: the configuration of a run.
struct SimulatedEconomy {
    /// Quotas, and the ports of each machine.
    var bounds = CapacityBounds(ports: 64)
    /// Bytes on the file system of the databases, and of memory on each machine; nil: without end.
    var disk: Int64?
    var memory: Int64?
    /// What a copy of each snapshot writes.
    var copyBytes: [SnapshotID: Int64] = [:]
    var slots = WorkSlots(maximumClones: 4, maximumWorkers: 8)
    /// How many requests can be in flight at once.
    var inFlight: Int64 = 64
    /// How many members are made at once, and what refills leave to users.
    var making = 2
    var reserve = 1
    var poolSizes = [0]
    var owners = ["ann"]
    /// How many names users give.
    var names = 7
    var deletesSnapshots = false

    private static let mebibyte: Int64 = 1_048_576
    var ports: Range<Int> { 20_000..<20_000 + Int(bounds.ports) }

    func cost(of snapshot: SnapshotID) -> AdmissionCost { AdmissionCost(disk: copyBytes[snapshot] ?? 0) }

    /// No limit that anybody meets, and no pools.
    static let ample = SimulatedEconomy()

    /// Pools, and some limits that are met all the time; the seed chooses which.
    static func tight(_ snapshots: [SnapshotID], using generator: inout SeededGenerator) -> SimulatedEconomy {
        var economy = SimulatedEconomy()
        economy.owners = ["ann", "bob", "cyn"]
        economy.names = 14
        economy.slots = WorkSlots(maximumClones: 2, maximumWorkers: 5)
        economy.poolSizes = [0, 1, 2, 3]
        economy.deletesSnapshots = true
        economy.bounds.ports = Int64(Int.random(in: 5...12, using: &generator))
        for (place, snapshot) in snapshots.enumerated() {
            economy.copyBytes[snapshot] = Int64(10 + 30 * place) * mebibyte
        }
        if generator.chance(0.5) { economy.bounds.environments = Int64.random(in: 2...6, using: &generator) }
        if generator.chance(0.5) { economy.bounds.perOwner = Int64.random(in: 1...3, using: &generator) }
        if generator.chance(0.5) {
            economy.disk = CapacityBounds.diskReserve + Int64.random(in: 50...150, using: &generator) * mebibyte
        }
        if generator.chance(0.3) {
            economy.memory =
                CapacityBounds.memoryReserve + Int64.random(in: 4...8, using: &generator) * AdmissionCost.memory
        }
        if generator.chance(0.3) {
            economy.bounds.ownConnections = 3
            economy.bounds.connections = 3 + Int64.random(in: 2...5, using: &generator)
        }
        economy.inFlight = generator.chance(0.5) ? 4 : 64
        economy.reserve = max(1, min(4, Int(economy.bounds.ports) / 4))
        return economy
    }
}
