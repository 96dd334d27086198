import Environments

/// What bounds the number of environments, from the configuration and the machine.
struct AdmissionSettings: Sendable {
    /// nil: no limit but the machine's.
    var maximumEnvironments: Int?
    var maximumPerOwner: Int?
    var ports: ClosedRange<Int>
    /// Connections that this control plane keeps for itself: its pool, two for notifications and reconciling, one for
    /// each step and import that may run.
    var ownConnections: Int
    var limitsConnections: Bool
    var concurrentClones: Int
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
        ownConnections = tunables.maximumConnections + 2 + tunables.concurrentWorkers + tunables.concurrentImports
        limitsConnections = tunables.limitsConnections
        concurrentClones = tunables.concurrentClones
        self.machine = machine
    }

    /// Space that copies never take: PostgreSQL stops when it cannot write its log.
    static let diskReserve: Int64 = 128 * 1_048_576
    /// Memory that servers never take.
    static let memoryReserve: Int64 = 256 * 1_048_576
    /// Of so many awake environments one is expected to be in use at any moment and to hold a connection: a server opens up
    /// to sixteen when it has to and gives each back ten seconds after its last use. What is in use above that is measured.
    static let awakePerConnection = 2
    /// What a copy that shares its blocks with the snapshot writes: the system catalogs that sealing changes.
    static let sharedCopyBytes: Int64 = 16 * 1_048_576

    /// The worst case of what a copy writes. Logged block by block it is written twice, into the copy and into the log,
    /// which is given back later.
    static func copyBytes(of databaseBytes: Int64, sharesBlocks: Bool) -> Int64 {
        switch CloneStrategy.choose(sourceBytes: Int(databaseBytes), sharesBlocks: sharesBlocks) {
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

    /// Why a request cannot be let in now; nil: it can. Whoever waits already comes first.
    func refusal(owner: String, cost: AdmissionCost, id: EnvironmentID) -> ControlError? {
        var queue = queue
        queue.requests.append(QueuedRequest(id: id, owner: owner, queuedAt: now, cost: cost))
        let admission = queue.admission(within: capacity)
        if admission.admitted.contains(where: { $0.id == id }) { return nil }
        if case .over(let limit, let needs) = capacity.decide(owner: owner, cost: cost) {
            return .over(limit, needs: needs)
        }
        let waiting = queue.requests.count - 1
        let limit = admission.stoppedBy?.name ?? .owner
        return ControlError(
            limit.isQuota ? .quota : .capacity, subject: limit.rawValue,
            "\(waiting) request\(waiting == 1 ? " waits" : "s wait") for room below the limit '\(limit.rawValue)' already",
            hint: "`envctl clone --queue` waits behind them; \(limit.remedy)")
    }

    /// Whether requests in flight could together exceed a limit, or overtake somebody.
    func isTight(for cost: AdmissionCost) -> Bool {
        if !queue.requests.isEmpty { return true }
        let own = capacity.maximumPerOwner.map { maximum in
            Limit(.owner, used: capacity.usedByOwner.values.max() ?? 0, maximum: maximum)
        }
        return ([own].compactMap(\.self) + capacity.limits).contains { limit in
            limit.free < AdmissionSettings.inFlight * cost.amount(of: limit.name)
        }
    }
}
