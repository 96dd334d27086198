package import ControlPlane
import Environments

/// A snapshot's warm pool: ready environments that nobody has claimed. Its keys are API.
package struct PoolResource: Codable, Sendable, Equatable {
    package var snapshot: String
    /// The generation that members are copies of; absent while none can be cloned.
    package var generation: Int?
    /// How many members are kept ready.
    package var size: Int
    /// Whether the size is the control plane's default rather than this snapshot's own.
    package var isDefault: Bool
    package var ready: Int
    /// Members on their way to ready.
    package var making: Int
    /// Why it is not being refilled although members are missing.
    package var held: String?
    /// What the last refill failed of; absent after one that went well.
    package var reason: String?
    /// Failed refills in a row.
    package var failures: Int
    package var retryAt: String?

    package init(
        snapshot: String, generation: Int?, size: Int, isDefault: Bool, ready: Int, making: Int, held: String? = nil,
        reason: String? = nil, failures: Int = 0, retryAt: String? = nil
    ) {
        self.snapshot = snapshot
        self.generation = generation
        self.size = size
        self.isDefault = isDefault
        self.ready = ready
        self.making = making
        self.held = held
        self.reason = reason
        self.failures = failures
        self.retryAt = retryAt
    }

    package init(_ status: PoolStatus) {
        self.init(
            snapshot: status.snapshot.text, generation: status.generation, size: status.size,
            isDefault: !status.isSizeSet, ready: status.ready, making: status.making, held: status.held,
            reason: status.reason, failures: status.failures, retryAt: status.retryAt?.description)
    }
}

/// Body of `PUT /v1/snapshots/{name}/pool`.
package struct PoolSizeBody: RequestBody, Codable, Sendable, Equatable {
    enum CodingKeys: CodingKey, CaseIterable { case size }

    /// 0 turns the pool off; absent or null: the control plane's default.
    package var size: Int?

    package init(size: Int?) {
        self.size = size
    }
}
