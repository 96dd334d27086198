/// A request that waits for room.
package struct QueuedRequest: Hashable, Sendable, Identifiable {
    package var id: EnvironmentID
    package var owner: String
    package var queuedAt: Timestamp
    package var cost: AdmissionCost

    package init(id: EnvironmentID, owner: String, queuedAt: Timestamp, cost: AdmissionCost) {
        self.id = id
        self.owner = owner
        self.queuedAt = queuedAt
        self.cost = cost
    }
}

/// The requests that wait for room, in a fair order: owners take turns, and each owner's requests come in the order in
/// which they were made.
///
/// Whoever was served last comes last, so that an owner with a thousand requests holds nobody up for more than one of
/// them. A request that meets a limit which all share stops the queue: smaller ones do not overtake it, or a large one
/// would wait for ever. One that meets its owner's own limit holds up only that owner.
package struct AdmissionQueue: Hashable, Sendable {
    package var requests: [QueuedRequest]
    /// When a request of each owner was last let in from the queue; absent: never.
    package var servedAt: [String: Timestamp]

    package init(requests: [QueuedRequest], servedAt: [String: Timestamp] = [:]) {
        self.requests = requests
        self.servedAt = servedAt
    }

    /// What may be let in now.
    package struct Admission: Hashable, Sendable {
        package var admitted: [QueuedRequest] = []
        /// What stopped the queue; `nil`: nothing that all share.
        package var stoppedBy: Limit?
    }

    /// All requests in the order in which they are let in if nothing but the room that all share decides.
    package var order: [QueuedRequest] {
        var turns = Turns(self)
        var order: [QueuedRequest] = []
        while let owner = turns.next { order.append(turns.serve(owner)) }
        return order
    }

    /// Lets in what fits.
    package func admission(within capacity: Capacity) -> Admission {
        var turns = Turns(self)
        var capacity = capacity
        var result = Admission()
        while let owner = turns.next, let request = turns.first(of: owner) {
            switch capacity.decide(owner: owner, cost: request.cost) {
            case .admit:
                capacity.take(owner: owner, cost: request.cost)
                result.admitted.append(turns.serve(owner))
            case .over(let limit, _) where limit.name == .owner:
                turns.skip(owner)
            case .over(let limit, _):
                result.stoppedBy = limit
                return result
            }
        }
        return result
    }

    /// Where a request stands, from 1; `nil` when it does not wait.
    package func position(of id: EnvironmentID) -> Int? {
        order.firstIndex { $0.id == id }.map { $0 + 1 }
    }

    /// When there is room for the request at that position at the latest, if nobody extends anything: when so many of
    /// the environments that take the room have ended. `nil` when too few of them end by themselves.
    ///
    /// - Parameter deadlines: of the environments that take the room, in any order.
    package static func estimate(position: Int, deadlines: [Timestamp]) -> Timestamp? {
        let sorted = deadlines.sorted()
        return sorted.indices.contains(position - 1) ? sorted[position - 1] : nil
    }
}

/// Whose turn it is.
private struct Turns {
    private var waiting: [String: ArraySlice<QueuedRequest>]
    /// The owners that still have requests; the one that was served longest ago first.
    private var owners: [String]

    init(_ queue: AdmissionQueue) {
        waiting = Dictionary(grouping: queue.requests, by: \.owner)
            .mapValues { $0.sorted { ($0.queuedAt, $0.id) < ($1.queuedAt, $1.id) }[...] }
        let waiting = waiting
        let never = Timestamp(microseconds: .min)
        owners = waiting.keys.sorted { a, b in
            let (servedA, servedB) = (queue.servedAt[a] ?? never, queue.servedAt[b] ?? never)
            if servedA != servedB { return servedA < servedB }
            let (firstA, firstB) = (waiting[a]?.first?.queuedAt ?? never, waiting[b]?.first?.queuedAt ?? never)
            return firstA != firstB ? firstA < firstB : a < b
        }
    }

    var next: String? { owners.first }

    func first(of owner: String) -> QueuedRequest? { waiting[owner]?.first }

    mutating func serve(_ owner: String) -> QueuedRequest {
        owners.removeFirst()
        guard let request = waiting[owner]?.removeFirst() else {
            preconditionFailure("an owner without requests has no turn")
        }
        if waiting[owner]?.isEmpty == false { owners.append(owner) }
        return request
    }

    mutating func skip(_ owner: String) { owners.removeAll { $0 == owner } }
}
