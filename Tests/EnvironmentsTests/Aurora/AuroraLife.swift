import Environments
import SimulatedRDS

/// Takes one clone through its life as the provider does: look, decide, act through the guard, remember; with crashes
/// between an act and its memory.
struct AuroraLife {
    var world: SimulatedRegion
    var generator: SeededGenerator
    let source = "production"
    let guarding: AuroraGuard
    var clone: AuroraClone
    var crashes = 0.0
    var patience = AuroraPatience()
    var steps: [AuroraStep] = []
    /// How many looks it takes at most.
    var limit = 4000

    init(seed: UInt64, incarnation: Int = 1) {
        generator = SeededGenerator(seed: seed)
        world = SimulatedRegion(seed: seed &* 31)
        let installation = InstallationID(using: &generator)
        guarding = AuroraGuard(installation: installation, sources: [source])
        clone = AuroraClone(
            mark: AuroraMark(
                installation: installation, environment: EnvironmentID(using: &generator), incarnation: incarnation),
            hasOwnPassword: false)
        world.addSource(source)
    }

    enum Ending: Hashable { case connected, gone, refused(ControlError), tooLong }

    /// Until the clone can be connected to, or not at all.
    mutating func create() -> Ending { run(deleting: false) }
    mutating func delete() -> Ending { run(deleting: true) }

    private mutating func run(deleting: Bool) -> Ending {
        var faults = 0
        for _ in 0..<limit {
            var wait = patience.poll
            do {
                let seen = try world.list(only: deleting ? clone.identifier : nil)
                let step = deleting ? AuroraPlan.deletion(clone, seen) : AuroraPlan.creation(clone, seen)
                steps.append(step)
                switch step {
                case .connect: return .connected
                case .gone: return .gone
                case .refuse(let error): return .refused(error)
                case .wait: break
                default:
                    try perform(step)
                    faults = 0
                    wait = .seconds(1)
                }
            } catch let fault as AuroraFault {
                switch AuroraReaction(fault) {
                case .lookAgain: break
                case .backOff:
                    faults += 1
                    wait = patience.backoff(faults, using: &generator)
                case .refuse(let error):
                    guard deleting, fault.kind == .absent else { return .refused(error) }
                }
            } catch {
                return .refused(error as? ControlError ?? ControlError(.failed, "\(error)"))
            }
            world.advance(by: wait)
        }
        return .tooLong
    }

    private mutating func perform(_ step: AuroraStep) throws {
        let name = clone.identifier
        let tags = clone.mark.tags(source: source, owner: "ada", name: "pr-1", expiresAt: "2027-01-01T00:00:00Z")
        switch step {
        case .restore:
            try guarding.check(.restore(target: name, source: source))
            try world.restore(name, from: source, tags: tags)
        case .createInstance(let instance):
            try guarding.check(.createInstance(instance, cluster: name))
            try world.createInstance(instance, in: name, tags: tags)
        case .setPassword:
            try guarding.check(.modify(cluster: name))
            try world.setPassword("the clone's own", of: name)
            // A crash here forgets that it was done.
            if !generator.chance(crashes) { clone.hasOwnPassword = true }
        case .start:
            try guarding.check(.start(cluster: name))
            try world.start(name)
        case .liftProtection:
            try guarding.check(.modify(cluster: name))
            try world.liftProtection(name)
        case .deleteInstance(let instance):
            try guarding.check(.deleteInstance(instance))
            try world.deleteInstance(instance)
        case .deleteCluster:
            try guarding.check(.deleteCluster(name))
            try world.deleteCluster(name)
        case .connect, .gone, .wait, .refuse: break
        }
    }
}
