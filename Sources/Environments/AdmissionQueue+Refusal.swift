extension AdmissionQueue {
    /// Why a request that is made now cannot be let in; `nil`: it can.
    ///
    /// Whoever waits already comes first: somebody who did not wait gets only what is left when all who wait have been
    /// let in, and nothing while one of them waits for what all share. By turns alone, an owner who never had to wait
    /// would come first each time, and one request after the other would be let past.
    package func refusal(owner: String, cost: AdmissionCost, within capacity: Capacity) -> ControlError? {
        let admission = admission(within: capacity)
        if case .over(let limit, let needs) = capacity.decide(owner: owner, cost: cost) {
            return .over(limit, needs: needs)
        }
        if let limit = admission.stoppedBy { return taken(limit.name) }
        var left = capacity
        for request in admission.admitted { left.take(owner: request.owner, cost: request.cost) }
        guard case .over(let limit, _) = left.decide(owner: owner, cost: cost) else { return nil }
        return taken(limit.name)
    }

    /// There is room, but not for those who wait and for one more.
    private func taken(_ limit: LimitName) -> ControlError {
        let waiting = requests.count
        return ControlError(
            limit.isQuota ? .quota : .capacity, subject: limit.rawValue,
            "\(waiting) request\(waiting == 1 ? " waits" : "s wait") for room below the limit '\(limit.rawValue)' already",
            hint: "`envctl clone --queue` waits behind them; \(limit.remedy)")
    }
}
