package import Environments

/// Where a request stands in the queue.
package struct QueuePlace: Sendable, Hashable {
    package var id: EnvironmentID
    package var owner: String
    package var queuedAt: Timestamp
    /// From 1.
    package var position: Int
    package var length: Int
    /// What it waits for; nil: it is about to be let in.
    package var limit: Limit?
    /// When there is room for it at the latest, if nobody extends anything; nil: not known.
    package var estimatedAt: Timestamp?

    /// For people, as the reason of the environment.
    package var sentence: String {
        let room = limit.map { "waits for room below the limit '\($0.name.rawValue)'" } ?? "is about to be let in"
        return "\(room), \(position) of \(length) in the queue"
            + (estimatedAt.map { ", by \($0) at the latest if nobody extends anything" } ?? "")
    }
}

/// What `envctl capacity` shows.
package struct CapacityStatus: Sendable, Hashable {
    package var limits: [Limit]
    /// How many environments one owner may have; nil: no limit of its own.
    package var maximumPerOwner: Int64?
    package var usedByOwner: [String: Int64]
    /// Copies that are being made, and how many may be at once.
    package var cloning: Int
    package var concurrentClones: Int
    package var queue: [QueuePlace]
    /// The names of those in the queue.
    package var names: [EnvironmentID: String]
}

/// What bounds the number of environments, for users.
package struct CapacityService: Sendable {
    private let box: RuntimeBox

    init(box: RuntimeBox) { self.box = box }

    package func status() async throws(ControlError) -> CapacityStatus {
        let runtime = try box.runtime()
        let view = try await runtime.store.admission(runtime.admission)
        let places = try await places(view, runtime)
        var names: [EnvironmentID: String] = [:]
        if !places.isEmpty {
            for record in try await runtime.store.list(pooled: false) where record.phase == .queued {
                names[record.id] = record.name.text
            }
        }
        return CapacityStatus(
            limits: view.capacity.limits, maximumPerOwner: view.capacity.maximumPerOwner,
            usedByOwner: view.capacity.usedByOwner, cloning: view.cloning,
            concurrentClones: runtime.admission.concurrentClones, queue: places, names: names)
    }

    /// Where everybody stands who waits, by environment; nothing is read when none of `records` does.
    package func places(of records: [EnvironmentRecord]) async throws(ControlError) -> [EnvironmentID: QueuePlace] {
        guard records.contains(where: { $0.phase == .queued }) else { return [:] }
        let runtime = try box.runtime()
        let places = try await places(try await runtime.store.admission(runtime.admission), runtime)
        return Dictionary(uniqueKeysWithValues: places.map { ($0.id, $0) })
    }

    private func places(_ view: AdmissionView, _ runtime: Runtime) async throws(ControlError) -> [QueuePlace] {
        let order = view.queue.order
        guard !order.isEmpty else { return [] }
        let grace = runtime.admission.grace
        let all = try await runtime.store.deadlines(owner: nil, grace: grace)
        let admission = view.queue.admission(within: view.capacity)
        var places: [QueuePlace] = []
        var ownPosition: [String: Int] = [:]
        for (index, request) in order.enumerated() {
            ownPosition[request.owner, default: 0] += 1
            var place = QueuePlace(
                id: request.id, owner: request.owner, queuedAt: request.queuedAt, position: index + 1,
                length: order.count)
            if !admission.admitted.contains(request) {
                if case .over(let limit, _) = view.capacity.decide(owner: request.owner, cost: request.cost) {
                    place.limit = limit
                } else {
                    place.limit = admission.stoppedBy ?? view.capacity.limit(of: request.owner)
                }
                let deadlines =
                    place.limit?.name == .owner
                    ? try await runtime.store.deadlines(owner: request.owner, grace: grace) : all
                let position = place.limit?.name == .owner ? ownPosition[request.owner] ?? 1 : index + 1
                place.estimatedAt = AdmissionQueue.estimate(position: position, deadlines: deadlines)
            }
            places.append(place)
        }
        return places
    }
}
