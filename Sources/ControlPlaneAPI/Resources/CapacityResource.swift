package import ControlPlane
import Environments

/// A limit and what is taken of it. Its keys are API.
package struct LimitResource: Codable, Sendable, Equatable {
    /// `environments`, `environments_per_owner`, `ports`, `connections`, `disk` or `memory`.
    package var name: String
    /// Taken and promised.
    package var used: Int
    package var maximum: Int
    package var free: Int
    /// `count` or `bytes`.
    package var unit: String
    /// Whose it is, where it is one owner's.
    package var owner: String?

    package init(name: String, used: Int, maximum: Int, free: Int, unit: String, owner: String? = nil) {
        self.name = name
        self.used = used
        self.maximum = maximum
        self.free = free
        self.unit = unit
        self.owner = owner
    }

    init(_ limit: Limit, owner: String? = nil) {
        self.init(
            name: limit.name.rawValue, used: Int(limit.used), maximum: Int(limit.maximum), free: Int(limit.free),
            unit: limit.name.isInBytes ? "bytes" : "count", owner: owner)
    }
}

/// Where a request stands that waits for room.
package struct QueuePlaceResource: Codable, Sendable, Equatable {
    /// The environment's name, in the list of all that wait.
    package var name: String?
    package var owner: String
    package var queuedAt: String
    /// From 1.
    package var position: Int
    package var length: Int
    /// The limit that it waits for; absent when it is about to be let in.
    package var limit: String?
    /// When there is room at the latest, if nobody extends anything; absent when that is not known.
    package var estimatedAt: String?

    package init(
        name: String? = nil, owner: String, queuedAt: String, position: Int, length: Int, limit: String? = nil,
        estimatedAt: String? = nil
    ) {
        self.name = name
        self.owner = owner
        self.queuedAt = queuedAt
        self.position = position
        self.length = length
        self.limit = limit
        self.estimatedAt = estimatedAt
    }

    init(_ place: QueuePlace, name: String? = nil) {
        self.init(
            name: name, owner: place.owner, queuedAt: place.queuedAt.description, position: place.position,
            length: place.length, limit: place.limit?.name.rawValue, estimatedAt: place.estimatedAt?.description)
    }
}

/// Answer of `GET /v1/capacity`: everything that bounds the number of environments.
package struct CapacityResource: Codable, Sendable, Equatable {
    package var limits: [LimitResource]
    /// What each owner has, where owners have a limit of their own.
    package var owners: [LimitResource]
    /// Copies that are being made; more than the maximum wait for a place.
    package var clones: LimitResource
    /// In the order in which they will be let in.
    package var queue: [QueuePlaceResource]
    package var pools: [PoolResource]
    /// What clones at AWS may cost; absent without prices.
    package var costs: [CostSumResource]?
    /// What `all` of them may come to; absent without a budget.
    package var budget: CostSumResource?

    package init(
        limits: [LimitResource], owners: [LimitResource], clones: LimitResource, queue: [QueuePlaceResource],
        pools: [PoolResource]
    ) {
        self.limits = limits
        self.owners = owners
        self.clones = clones
        self.queue = queue
        self.pools = pools
    }

    package init(_ status: CapacityStatus, pools: [PoolStatus]) {
        self.init(
            limits: status.limits.map { LimitResource($0) },
            owners: status.maximumPerOwner.map { maximum in
                status.usedByOwner.sorted { $0.key < $1.key }
                    .map { LimitResource(Limit(.owner, used: $0.value, maximum: maximum), owner: $0.key) }
            } ?? [],
            clones: LimitResource(
                name: "concurrent_clones", used: status.cloning, maximum: status.concurrentClones,
                free: max(0, status.concurrentClones - status.cloning), unit: "count"),
            queue: status.queue.map { QueuePlaceResource($0, name: status.names[$0.id]) },
            pools: pools.map(PoolResource.init))
    }
}

extension EnvironmentResource {
    /// Adds where it stands in the queue, with the reason in words.
    mutating func add(_ place: QueuePlace?) {
        guard let place else { return }
        queue = QueuePlaceResource(place)
        reason = place.sentence
    }
}
