import Environments

/// What bounds the number of environments, from the configuration and the machine.
struct AdmissionSettings: Sendable {
    /// nil: no limit but the machine's.
    var maximumEnvironments: Int?
    var maximumPerOwner: Int?
    var ports: ClosedRange<Int>
    /// Connections that this control plane keeps for itself: its pool, two for notifications and reconciling, one for
    /// each import that may run, and for each step one to its clone and one of the administrator that may be kept.
    var ownConnections: Int
    var limitsConnections: Bool
    var concurrentClones: Int
    /// How long what expired still takes its room.
    var grace: Duration
    var machine: MachineReader
    /// What clones at AWS cost, with the budget; nil: unknown.
    var prices: AuroraPrices?
    /// How many clones of a cluster's volume are not this installation's, as far as is known without asking.
    var clonesOfOthers: @Sendable (AuroraSource) -> Int = { _ in 0 }

    init(_ configuration: ControlPlaneConfiguration, machine: MachineReader) {
        maximumEnvironments = configuration.maximumEnvironments
        maximumPerOwner = configuration.maximumEnvironmentsPerOwner
        ports = configuration.ports
        let tunables = configuration.tunables
        ownConnections = tunables.maximumConnections + 2 + tunables.concurrentImports + 2 * tunables.concurrentWorkers
        limitsConnections = tunables.limitsConnections
        concurrentClones = tunables.concurrentClones
        grace = configuration.lifetimes.grace
        self.machine = machine
    }

    /// What there is in all.
    ///
    /// - Parameter serverConnections: what the PostgreSQL server lets anybody but superusers have.
    func bounds(serverConnections: Int64) -> CapacityBounds {
        var bounds = CapacityBounds(ports: Int64(ports.count))
        bounds.environments = maximumEnvironments.map(Int64.init)
        bounds.perOwner = maximumPerOwner.map(Int64.init)
        bounds.ownConnections = Int64(ownConnections)
        if limitsConnections { bounds.connections = serverConnections }
        let facts = machine.read()
        bounds.diskFree = facts.diskFree
        bounds.memoryAvailable = facts.memoryAvailable
        return bounds
    }

    /// What a copy that shares its blocks with the snapshot writes: the system catalogs that sealing changes.
    static let sharedCopyBytes: Int64 = 16 * 1_048_576

    /// The worst case of what a copy writes. Logged block by block it is written twice, into the copy and into the log,
    /// which is given back later.
    static func copyBytes(of databaseBytes: Int64, sharesBlocks: Bool) -> Int64 {
        // With an unknown disk a copy is logged wherever it can be.
        let conditions = CopyConditions(sharesBlocks: sharesBlocks, flush: nil, unwrittenBytes: 0)
        return switch CloneStrategy.choose(sourceBytes: Int(databaseBytes), conditions) {
        case .walLog: 2 * databaseBytes
        case .fileCopy: sharesBlocks ? sharedCopyBytes : databaseBytes
        }
    }

    /// How many requests can be in flight at once, in all replicas together, with room to spare: while each limit has
    /// room for so many, they need not wait for one another.
    static let inFlight: Int64 = 64
}

/// What a caller wants who meets a limit.
package enum WhenFull: String, Sendable, Hashable, CaseIterable {
    /// To be told at once.
    case refuse
    /// To wait in the queue.
    case queue
}

/// Every limit at one moment, with the queue, as read in one transaction.
struct AdmissionView: Sendable {
    var capacity: Capacity
    var queue: AdmissionQueue
    /// Whether copies share blocks with their snapshot.
    var sharesBlocks: Bool
    /// Environments that are being copied at this moment.
    var cloning: Int
    var now: Timestamp

    func cost(databaseBytes: Int64) -> AdmissionCost {
        AdmissionCost(disk: AdmissionSettings.copyBytes(of: databaseBytes, sharesBlocks: sharesBlocks))
    }

    /// Why a request cannot be let in now; nil: it can.
    func refusal(owner: String, cost: AdmissionCost) -> ControlError? {
        queue.refusal(owner: owner, cost: cost, within: capacity)
    }

    /// Whether requests in flight could together exceed a limit, or overtake somebody.
    func isTight(for cost: AdmissionCost) -> Bool {
        !queue.requests.isEmpty || capacity.isTight(for: cost, inFlight: AdmissionSettings.inFlight)
    }
}
