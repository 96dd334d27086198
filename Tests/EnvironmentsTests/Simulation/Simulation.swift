import Environments

/// The whole control plane on a virtual clock: records in memory, two replicas with workers, reapers and reconcilers,
/// machines and a provider that fail, and users who ask for anything at any moment. All that decides is real; everything
/// that happens follows from the seed.
///
/// One call of `step` is one small thing that one of them does, so that anything can come between a worker's look, its
/// act and its record.
struct Simulation {
    /// Behaviour that a run is made of; all of it off is a quiet world.
    struct Weather {
        /// The probability that a step of an effect fails or loses its reply.
        var faults = 0.05
        var kills = true
        var pauses = true
        var outages = true
        var vandals = false
        /// Pools, and limits that are met.
        var isTight = false
        /// Everything comes to rest.
        var isSettling = false

        static let quiet = Weather(faults: 0, kills: false, pauses: false, outages: false, vandals: false)
    }

    var generator: SeededGenerator
    var now = Timestamp(unixSeconds: 1_000_000)
    var weather: Weather
    var world = SimulatedWorld()
    var records = SimulatedRecords()
    var replicas: [SimulatedReplica]
    let machine = EnvironmentMachine()
    var limits = LifetimeLimits()
    let snapshots = [SnapshotID("aa"), SnapshotID("bb")]
    let economy: SimulatedEconomy
    /// Who waits for a pool to fill.
    var poolWaiters: [PoolWaiter] = []
    /// The records cannot be reached before then.
    var outageUntil: Timestamp?
    /// What users were told and must find again.
    var ledger = Ledger()
    var counts: [String: Int] = [:]
    var trace: [String] = []
    let keepsTrace: Bool

    init(seed: UInt64, weather: Weather = Weather(), keepsTrace: Bool = false) {
        generator = SeededGenerator(seed: seed)
        self.weather = weather
        self.keepsTrace = keepsTrace
        let economy = weather.isTight ? SimulatedEconomy.tight(snapshots, using: &generator) : .ample
        self.economy = economy
        replicas = ["one", "two"].map { SimulatedReplica(name: $0, slots: economy.slots) }
        world.ports = economy.ports
        world.copyBytes = economy.copyBytes
        world.diskBytes = economy.disk
        limits.idleTimeout = .seconds(120)
        limits.grace = .seconds(300)
        limits.maximumAge = .seconds(3600)
        for snapshot in snapshots {
            world.templates[snapshot] = [1]
            records.newest[snapshot] = 1
            records.pools[snapshot] = SimulatedRecords.Pool()
            records.setPoolSize(snapshot, generator.pick(economy.poolSizes) ?? 0)
        }
    }

    mutating func note(_ what: @autoclosure () -> String) {
        if keepsTrace { trace.append("\(now) \(what())") }
    }

    mutating func count(_ what: String) { counts[what, default: 0] += 1 }

    /// One small thing somewhere.
    mutating func step() {
        now = now + .milliseconds(Int.random(in: 0...40, using: &generator))
        if generator.chance(0.01) { now = now + .seconds(Int.random(in: 1...90, using: &generator)) }
        switch Int.random(in: 0..<100, using: &generator) {
        case 0..<48: workSomewhere()
        case 48..<60: admitSomewhere()
        case 60..<78: userActs()
        case 78..<90: clientAsks()
        case 90..<94: reap(replicas[Int.random(in: 0..<replicas.count, using: &generator)].name)
        case 94..<98: reconcileStep(Int.random(in: 0..<replicas.count, using: &generator))
        default: disturb()
        }
        checkAlways()
    }

    private mutating func workSomewhere() {
        let place = Int.random(in: 0..<replicas.count, using: &generator)
        guard isRunning(place) else { return }
        if generator.chance(0.25) { dispatch(place) }
        if generator.chance(0.05) { renew(place) }
        if generator.chance(0.05) { watchHealth(place) }
        let ids = replicas[place].workers.keys.sorted()
        if let id = generator.pick(ids) { advance(id, on: place) }
    }

    func isRunning(_ place: Int) -> Bool { replicas[place].isAlive && replicas[place].pausedUntil == nil }
    var isOut: Bool { outageUntil.map { $0 > now } ?? false }

    // MARK: - Coming to rest

    /// Lets faults end and everything run until nothing is to be done. False when that does not happen.
    mutating func settle() -> Bool {
        weather = .quiet
        weather.isSettling = true
        outageUntil = nil
        world.foreignPorts = []
        for place in replicas.indices { restart(place) }
        for _ in 0..<4000 {
            let written = records.changes
            for place in replicas.indices {
                renew(place)
                watchHealth(place)
                settleAdmission(place)
                dispatch(place)
                for id in replicas[place].workers.keys.sorted() {
                    for _ in 0..<200 where replicas[place].workers[id] != nil { advance(id, on: place) }
                }
            }
            checkAlways()
            if replicas.allSatisfy(\.workers.isEmpty), records.changes == written {
                guard let next = nextDue else { return true }
                now = max(now, next) + .milliseconds(1)
            }
        }
        return false
    }

    /// When the next worker has something to do.
    private var nextDue: Timestamp? {
        let work = replicas.flatMap { replica in records.ordered.compactMap { records.takeableAt($0, replica.name) } }
        return (work + [nextRefill].compactMap(\.self)).min()
    }

    /// A whole comparison on every replica, and what it sets going.
    mutating func reconcileAndSettle() -> Bool {
        for place in replicas.indices {
            replicas[place].reconciling = nil
            repeat { reconcileStep(place) } while replicas[place].reconciling != nil
        }
        return settle()
    }
}

/// What users were told. What stands here must stay true.
struct Ledger {
    /// The copy of each incarnation that was handed out, by its serial.
    var handedOut: [EnvironmentID: (incarnation: Int, serial: Int)] = [:]
    var credentials: [EnvironmentID: EnvironmentCredential] = [:]
    /// The newest incarnation that answered a client.
    var answered: [EnvironmentID: Int] = [:]
    /// What was asked for, of each environment that came from a pool.
    var claims: [EnvironmentID: SimulatedRequest] = [:]
    /// The newest generation that each snapshot ever had.
    var generations: [SnapshotID: Int] = [:]
    /// Those who wait in the queue, since they came.
    var waiting: [EnvironmentID: Waiter] = [:]
    /// Environments whose data somebody outside dropped.
    var vandalised: Set<EnvironmentID> = []
}

extension Simulation {
    /// Long after everything's deadline, with nothing protected: nothing is left, not even of what failed.
    mutating func outlive() {
        for record in records.live {
            records.change(machine.unprotecting(record).record)
            records.hold(record.id, until: nil)
        }
        for snapshot in snapshots { records.setPoolSize(snapshot, 0) }
        // Those who wait in the queue come in and live as long as the others.
        for _ in 0..<12 where !records.live.isEmpty {
            now = now + limits.maximumAge + limits.grace
            for replica in replicas { reap(replica.name) }
            if !settle() { world.violated("liveness", "the end of its lifetime never comes to rest") }
        }
        for record in records.live {
            world.violated("liveness", "\(record.name) outlives its lifetime in \(record.phase)")
        }
        let left =
            world.databases.keys.sorted() + world.roles.sorted() + world.servers.keys.map { "server \($0)" }
            + world.heldPorts.keys.map { "port of \($0)" }
        if !left.isEmpty { world.violated("nothing-leaked", "\(left) outlive everything") }
    }
}
