import Environments

/// The properties, by name. Safety is checked after every step; the rest when everything has come to rest.
extension Simulation {
    /// After each recorded step of a worker.
    mutating func recorded(_ record: EnvironmentRecord, before: EnvironmentRecord?) {
        if before?.phase == .deleting || before?.phase == .deleted,
            record.phase != .deleting, record.phase != .deleted
        {
            world.violated("deletion-is-final", "\(record.name) came back from its deletion")
        }
        guard record.phase == .ready, before?.phase != .ready else { return }
        count("ready")
        guard let copy = world.databases[record.database] else { return }
        if let old = ledger.handedOut[record.id], old.incarnation == record.incarnation, old.serial != copy.serial {
            world.violated("nothing-lost", "\(record.name): its copy was replaced without a reset")
        }
        if let old = ledger.credentials[record.id], old != record.credential {
            world.violated("same-credential", "\(record.name): its credential changed")
        }
        ledger.handedOut[record.id] = (record.incarnation, copy.serial)
        ledger.credentials[record.id] = record.credential
        world.handOut(record)
    }

    mutating func checkAlways() {
        // One that another machine started too late is ended by its own replica, whatever it runs on until then.
        for (place, server) in world.servers where records[place.id]?.host == place.host {
            guard let copy = world.databases[server.database] else {
                if !ledger.vandalised.contains(place.id) {
                    world.violated("sealed-before-served", "a server of \(place.id) runs on no database")
                }
                continue
            }
            if copy.credential == nil {
                world.violated("sealed-before-served", "a server of \(place.id) runs on an unsealed copy")
            }
        }
        checkOneServer()
        checkQuotas()
        checkClaims()
        for id in records.order {
            guard let handed = ledger.handedOut[id], let record = records[id], record.phase != .deleting,
                handed.incarnation == record.incarnation, !ledger.vandalised.contains(id)
            else { continue }
            if world.databases[record.database]?.serial != handed.serial {
                world.violated("nothing-lost", "\(record.name): its data are gone in \(record.phase)")
            }
        }
    }

    /// A worker that was stopped between its look and its act may start a server that another machine has started too;
    /// its record is refused, and it ends that server at once. At no other moment are there two.
    private mutating func checkOneServer() {
        guard Set(world.servers.keys.map(\.id)).count < world.servers.count else { return }
        let hosts = Dictionary(grouping: world.servers.keys, by: \.id)
        for (id, places) in hosts where places.count > 1 {
            let isBeingUndone = replicas.contains { replica in
                guard case .recording(_, launched: .some)? = replica.workers[id]?.stage else { return false }
                return true
            }
            let isOrphan = places.contains { $0.host != records[id]?.host }
            if !isBeingUndone, !isOrphan { world.violated("one-server", "\(id) has \(places.count)") }
            if isOrphan, !isBeingUndone { count("two servers until reconciled") }
        }
    }

    /// What must be so once nothing moves any more and two comparisons were made.
    mutating func checkAtRest() {
        for record in records.live {
            if !record.phase.isSettled, record.phase != .queued {
                world.violated("liveness", "\(record.name) stays \(record.phase)")
            }
            switch record.phase {
            case .ready:
                if world.served(to: record)?.database != record.database {
                    world.violated(
                        "liveness",
                        "\(record.name) is ready and does not answer from \(record.database): "
                            + "\(world.server(of: record).map { "\($0)" } ?? "no server") "
                            + "\(world.databases[record.database].map { "\($0)" } ?? "no copy")")
                }
            case .hibernated:
                if world.server(of: record) != nil || world.heldPort(of: record) != record.port {
                    world.violated("liveness", "\(record.name) sleeps and cannot be woken")
                }
            case .expiring, .failed:
                if world.server(of: record) != nil || world.heldPort(of: record) != nil {
                    world.violated("nothing-leaked", "\(record.name) is \(record.phase) and its endpoint stands")
                }
            case .queued, .requested, .cloning, .sealing, .starting, .probing, .resetting, .deleting, .deleted: break
            }
        }
        checkLeaks()
        checkAdmissionAtRest()
    }

    private mutating func checkLeaks() {
        let live = Dictionary(uniqueKeysWithValues: records.live.map { ($0.id, $0) })
        let databases = Set(live.values.filter(\.hasStorage).flatMap(\.databases))
        let roles = Set(live.values.filter(\.hasStorage).map(\.role))
        for name in world.databases.keys where !databases.contains(name) {
            world.violated("nothing-leaked", "database \(name)")
        }
        for role in world.roles where !roles.contains(role) { world.violated("nothing-leaked", "role \(role)") }
        for place in Array(world.servers.keys) + Array(world.heldPorts.keys) + Array(world.directories)
        where live[place.id] == nil || live[place.id]?.host != place.host {
            world.violated("nothing-leaked", "a server, port or directory of \(place.id) on \(place.host)")
        }
    }
}
