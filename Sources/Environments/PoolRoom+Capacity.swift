extension PoolRoom {
    /// What members of pools may take of what there is.
    ///
    /// - Parameters:
    ///   - members: how many there are that somebody can still claim.
    ///   - reserve: what refills leave to users of each limit, in environments, so that pools never take the last ones.
    package init(
        _ capacity: Capacity, queue: AdmissionQueue, members: Int, reserve: Int, making: Int, waiting: Int
    ) {
        self.init(environments: .max, making: making, waiting: waiting)
        for limit in capacity.limits {
            let free = limit.maximum - limit.used
            let environments: Int64
            switch limit.name {
            case .environments, .owner:
                // A member counts when it is claimed; more than can be claimed are of no use.
                environments = free - Int64(members)
            case .disk:
                // Half of it stays for users; what is over the limit already has to be given back.
                disk = free / 2
                environments = free < 0 ? -1 : .max
            case .ports, .connections, .memory:
                let needs = AdmissionCost(disk: 0).amount(of: limit.name)
                environments = (free >= 0 ? free / needs : -1) - Int64(reserve)
            }
            if environments < Int64(self.environments) {
                self.environments = Int(environments)
                self.limit = limit.name.rawValue
                isOfMachine = limit.name.isOfMachine
            }
        }
        // Somebody waits for what members hold.
        let stopped = queue.admission(within: capacity).stoppedBy
        if let stopped, !stopped.name.isQuota, environments >= 0 {
            environments = -1
            limit = stopped.name.rawValue
            isOfMachine = stopped.name.isOfMachine
        }
    }
}
