import Environments
import Synchronization

/// One region of AWS, with the look at it that all share.
struct AuroraRegion: Sendable {
    let api: any AuroraAPI
    let view: AuroraView
    private let guarding: @Sendable () async throws(ControlError) -> AuroraGuard

    init(
        api: any AuroraAPI, now: @escaping @Sendable () -> ContinuousClock.Instant,
        guarding: @escaping @Sendable () async throws(ControlError) -> AuroraGuard
    ) {
        self.api = api
        view = AuroraView(api: api, now: now)
        self.guarding = guarding
    }

    /// For calls that change something; the sources are read anew, so that none is forgotten.
    func guarded() async throws(ControlError) -> GuardedAurora {
        GuardedAurora(api: api, guarding: try await guarding())
    }
}

/// The regions that are in use, each met when it is first asked for.
final class AuroraRegions: Sendable {
    private let make: @Sendable (String) async throws(ControlError) -> any AuroraAPI
    private let guarding: @Sendable () async throws(ControlError) -> AuroraGuard
    /// What the age of a look is measured with.
    private let now: @Sendable () -> ContinuousClock.Instant
    private let known = Mutex<[String: AuroraRegion]>([:])

    init(
        make: @escaping @Sendable (String) async throws(ControlError) -> any AuroraAPI,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        guarding: @escaping @Sendable () async throws(ControlError) -> AuroraGuard
    ) {
        self.make = make
        self.now = now
        self.guarding = guarding
    }

    /// A region that was met before.
    func met(_ name: String) -> AuroraRegion? { known.withLock { $0[name] } }

    func region(_ name: String) async throws(ControlError) -> AuroraRegion {
        if let region = known.withLock({ $0[name] }) { return region }
        let region = AuroraRegion(api: try await make(name), now: now, guarding: guarding)
        return known.withLock { known in
            let first = known[name] ?? region
            known[name] = first
            return first
        }
    }
}
