import Environments
import SimulatedRDS
import Synchronization

@testable import ControlPlane

/// A simulated region behind the interface that the provider calls; its time passes with every look.
final class SimulatedAurora: AuroraAPI {
    let region: Mutex<SimulatedRegion>

    init(seed: UInt64, faults: SimulatedRegion.Faults = .init()) {
        var region = SimulatedRegion(seed: seed)
        region.addSource("production")
        region.faults = faults
        self.region = Mutex(region)
    }

    private func call<T: Sendable>(
        _ body: (inout sending SimulatedRegion) throws(AuroraFault) -> sending T
    ) throws(AuroraFault) -> T {
        try region.withLock { (region) throws(AuroraFault) in try body(&region) }
    }

    func list() async throws(AuroraFault) -> AuroraSighting {
        try call { (region) throws(AuroraFault) in
            region.advance(by: .seconds(15))
            return try region.list()
        }
    }

    func describe(_ cluster: String) async throws(AuroraFault) -> AuroraSighting {
        try call { (region) throws(AuroraFault) in try region.list(only: cluster) }
    }

    func checkGroups(subnets: String?, parameters: String?) async throws(AuroraFault) {}

    func restore(_ request: AuroraRestore) async throws(AuroraFault) {
        try call { (region) throws(AuroraFault) in
            try region.restore(request.target, from: request.source, tags: request.tags)
        }
    }

    func createInstance(_ request: AuroraCompute) async throws(AuroraFault) {
        try call { (region) throws(AuroraFault) in
            try region.createInstance(request.instance, in: request.cluster, tags: request.tags)
        }
    }

    func setPassword(_ password: String, ofCluster cluster: String) async throws(AuroraFault) {
        try call { (region) throws(AuroraFault) in try region.setPassword(password, of: cluster) }
    }

    func liftProtection(ofCluster cluster: String) async throws(AuroraFault) {
        try call { (region) throws(AuroraFault) in try region.liftProtection(cluster) }
    }

    func start(cluster: String) async throws(AuroraFault) {
        try call { (region) throws(AuroraFault) in try region.start(cluster) }
    }

    func deleteInstance(_ instance: String) async throws(AuroraFault) {
        try call { (region) throws(AuroraFault) in try region.deleteInstance(instance) }
    }

    func deleteCluster(_ cluster: String) async throws(AuroraFault) {
        try call { (region) throws(AuroraFault) in try region.deleteCluster(cluster) }
    }
}
