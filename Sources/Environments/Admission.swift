/// What bounds how many environments there may be.
package enum LimitName: String, Sendable, Hashable, CaseIterable {
    /// Environments of users in all, as configured.
    case environments
    /// Environments of one owner, as configured.
    case owner = "environments_per_owner"
    /// Ports of endpoints.
    case ports
    /// Connections to PostgreSQL.
    case connections
    /// Space on the file system of the databases, in bytes.
    case disk
    /// Memory of this machine, in bytes.
    case memory

    /// Whether an administrator set it, rather than the machine.
    package var isQuota: Bool {
        switch self {
        case .environments, .owner: true
        case .ports, .connections, .disk, .memory: false
        }
    }

    /// Whether each machine has its own; the others are those of the one PostgreSQL server, or set for all.
    package var isOfMachine: Bool {
        switch self {
        case .ports, .memory: true
        case .environments, .owner, .connections, .disk: false
        }
    }

    /// Whether it counts bytes.
    package var isInBytes: Bool {
        switch self {
        case .disk, .memory: true
        case .environments, .owner, .ports, .connections: false
        }
    }

    /// What somebody can do who meets it.
    package var remedy: String {
        switch self {
        case .environments: "delete environments that nobody needs, or raise ENVCTL_MAX_ENVIRONMENTS"
        case .owner: "delete environments of yours, or raise ENVCTL_MAX_ENVIRONMENTS_PER_OWNER"
        case .ports: "delete environments that nobody needs, or start the control plane with a larger ENVCTL_PORTS"
        case .connections: "put environments to sleep or delete them, or raise max_connections of the PostgreSQL server"
        case .disk: "delete environments or snapshots, or free space on the file system of the databases"
        case .memory: "put environments to sleep or delete them, or use a machine with more memory"
        }
    }
}

/// One limit and what is taken of it.
package struct Limit: Hashable, Sendable {
    package var name: LimitName
    /// Taken and promised.
    package var used: Int64
    package var maximum: Int64

    package init(_ name: LimitName, used: Int64, maximum: Int64) {
        self.name = name
        self.used = used
        self.maximum = maximum
    }

    package var free: Int64 { max(0, maximum - used) }
}

/// What one more environment takes.
package struct AdmissionCost: Hashable, Sendable {
    /// The worst case of what its copy writes, in bytes.
    package var disk: Int64

    package init(disk: Int64) { self.disk = disk }

    /// Measured: what a server takes that has answered some requests and is idle again.
    package static let memory: Int64 = 24 * 1_048_576
    /// A server that is in use holds one at least.
    package static let connections: Int64 = 1

    package func amount(of limit: LimitName) -> Int64 {
        switch limit {
        case .environments, .owner, .ports: 1
        case .connections: Self.connections
        case .disk: disk
        case .memory: Self.memory
        }
    }
}

package enum AdmissionDecision: Hashable, Sendable {
    case admit
    /// This limit leaves no room, which needs so much more than is free.
    case over(Limit, needs: Int64)
}

/// Every limit at one moment, as a value that requests are decided on.
package struct Capacity: Hashable, Sendable {
    /// The limits that all share, in the order in which they are told.
    package var limits: [Limit]
    /// How many environments one owner may have; `nil`: no limit of its own.
    package var maximumPerOwner: Int64?
    /// What owners have; absent: none.
    package var usedByOwner: [String: Int64]

    package init(limits: [Limit], maximumPerOwner: Int64? = nil, usedByOwner: [String: Int64] = [:]) {
        self.limits = limits
        self.maximumPerOwner = maximumPerOwner
        self.usedByOwner = usedByOwner
    }

    package func limit(of owner: String) -> Limit? {
        maximumPerOwner.map { Limit(.owner, used: usedByOwner[owner] ?? 0, maximum: $0) }
    }

    /// Whether one more environment of that owner and cost may be made; the tightest quota is told before the machine's
    /// limits.
    package func decide(owner: String, cost: AdmissionCost) -> AdmissionDecision {
        for limit in [limit(of: owner)].compactMap(\.self) + limits {
            let needs = cost.amount(of: limit.name)
            if limit.used + needs > limit.maximum { return .over(limit, needs: needs) }
        }
        return .admit
    }

    /// Why an environment that is there cannot get a copy of that cost in the place of its data; `nil`: it can. Until the
    /// new copy serves both are there; everything else it has already.
    package func refusalOfReset(_ cost: AdmissionCost) -> ControlError? {
        guard let disk = limits.first(where: { $0.name == .disk }), disk.used + cost.disk > disk.maximum else {
            return nil
        }
        var refusal = ControlError.over(disk, needs: cost.disk)
        refusal.hint = disk.name.remedy + "; the environment keeps its data until then"
        return refusal
    }

    /// Whether it could be made if there were nothing else.
    package func couldEverAdmit(_ cost: AdmissionCost) -> Bool {
        guard maximumPerOwner ?? 1 > 0 else { return false }
        return limits.allSatisfy { cost.amount(of: $0.name) <= $0.maximum }
    }

    /// Notes that one more of that owner and cost is there.
    package mutating func take(owner: String, cost: AdmissionCost) {
        usedByOwner[owner, default: 0] += 1
        for index in limits.indices { limits[index].used += cost.amount(of: limits[index].name) }
    }

    /// How many more environments of that cost fit below the machine's limits and the quota of all, and which limit is
    /// the tightest; `nil` without limits.
    package func room(for cost: AdmissionCost) -> (environments: Int, limit: LimitName)? {
        limits.compactMap { limit -> (environments: Int, limit: LimitName)? in
            let needs = cost.amount(of: limit.name)
            guard needs > 0 else { return nil }
            let over = limit.maximum - limit.used
            // Below zero as well: so many have to go.
            return (Int(over >= 0 ? over / needs : -((-over + needs - 1) / needs)), limit.name)
        }.min { $0.environments < $1.environments }
    }
}

extension ControlError {
    /// A request that met a limit and does not wait.
    package static func over(_ limit: Limit, needs: Int64) -> ControlError {
        let code: Code = limit.name.isQuota ? .quota : .capacity
        let left =
            limit.name.isInBytes
            ? "\(megabytes(limit.free)) of \(megabytes(limit.maximum)) MiB are left, and it needs \(megabytes(needs, up: true))"
            : "\(limit.used) of \(limit.maximum) are taken"
        return ControlError(
            code, subject: limit.name.rawValue, "the limit '\(limit.name.rawValue)' leaves no room: \(left)",
            hint: limit.name.remedy + "; `envctl clone --queue` waits for room, `envctl capacity` shows all limits")
    }

    private static func megabytes(_ bytes: Int64, up: Bool = false) -> Int64 {
        (bytes + (up ? 1_048_575 : 0)) / 1_048_576
    }
}
