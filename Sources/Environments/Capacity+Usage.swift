/// What is taken at one moment, as counted in the records and on the machine.
package struct CapacityUsage: Hashable, Sendable {
    /// Environments of users that are not leaving.
    package var environments: Int64 = 0
    /// Ports that environments of this machine have reserved.
    package var ports: Int64 = 0
    /// Environments on their way to `ready`.
    package var making: Int64 = 0
    /// Environments whose server runs.
    package var awake: Int64 = 0
    /// Connections of environments to PostgreSQL, and those of everybody else.
    package var environmentBackends: Int64 = 0
    package var otherBackends: Int64 = 0
    /// Bytes that copies which are not yet made may write.
    package var promisedDisk: Int64 = 0
    /// What owners have; absent: none.
    package var byOwner: [String: Int64] = [:]

    package init() {}
}

/// What there is in all, as configured and as the machine and the PostgreSQL server say; `nil`: no limit, or not known.
package struct CapacityBounds: Hashable, Sendable {
    package var environments: Int64?
    package var perOwner: Int64?
    package var ports: Int64
    /// What PostgreSQL lets anybody but superusers have.
    package var connections: Int64?
    /// Connections that the control plane keeps for itself.
    package var ownConnections: Int64 = 0
    package var diskFree: Int64?
    package var memoryAvailable: Int64?

    package init(ports: Int64) { self.ports = ports }

    /// Space that copies never take: PostgreSQL stops when it cannot write its log.
    package static let diskReserve: Int64 = 128 * 1_048_576
    /// Memory that servers never take.
    package static let memoryReserve: Int64 = 256 * 1_048_576
    /// Of so many awake environments one is expected to be in use at any moment and to hold a connection: a server opens up
    /// to sixteen when it has to and gives each back ten seconds after its last use. What is in use above that is measured.
    package static let awakePerConnection: Int64 = 2
}

extension Capacity {
    /// - Connections: used is what others than environments hold, or what this control plane keeps for itself if that is
    ///   more, and what environments hold, or what those that are awake or in the making are expected to if that is more.
    /// - Disk and memory: used is what is promised to copies and servers that are not made yet; what is made is missing
    ///   in what the kernel calls free.
    package init(_ usage: CapacityUsage, within bounds: CapacityBounds) {
        var limits: [Limit] = []
        if let maximum = bounds.environments {
            limits.append(Limit(.environments, used: usage.environments, maximum: maximum))
        }
        limits.append(Limit(.ports, used: usage.ports, maximum: bounds.ports))
        if let maximum = bounds.connections {
            let each = CapacityBounds.awakePerConnection
            let expected = (usage.awake + usage.making + each - 1) / each
            let used =
                max(usage.otherBackends, bounds.ownConnections) + max(usage.environmentBackends, expected)
            limits.append(Limit(.connections, used: used, maximum: maximum))
        }
        if let free = bounds.diskFree {
            limits.append(
                Limit(.disk, used: usage.promisedDisk, maximum: max(0, free - CapacityBounds.diskReserve)))
        }
        if let available = bounds.memoryAvailable {
            limits.append(
                Limit(
                    .memory, used: usage.making * AdmissionCost.memory,
                    maximum: max(0, available - CapacityBounds.memoryReserve)))
        }
        self.init(limits: limits, maximumPerOwner: bounds.perOwner, usedByOwner: usage.byOwner)
    }

    /// Whether so many requests that are decided side by side could together exceed a limit.
    package func isTight(for cost: AdmissionCost, inFlight: Int64) -> Bool {
        let own = maximumPerOwner.map { Limit(.owner, used: usedByOwner.values.max() ?? 0, maximum: $0) }
        return ([own].compactMap(\.self) + limits).contains { $0.free < inFlight * cost.amount(of: $0.name) }
    }
}
