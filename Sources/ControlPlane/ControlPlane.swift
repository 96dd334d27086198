package import Environments
package import Logging
package import ServiceLifecycle

/// The environment manager: records in PostgreSQL, workers that make them true, and the two services that users and
/// the API call.
package final class ControlPlane: Service {
    /// The version of the product, shown by `--version`, `status` and the API.
    package static let version = "0.1.0"

    package let configuration: ControlPlaneConfiguration
    package let environments = EnvironmentService()
    package let snapshots = SnapshotService()

    package init(configuration: ControlPlaneConfiguration, logger: Logger) {
        self.configuration = configuration
    }

    /// Runs until graceful shutdown or cancellation. Environments and the private PostgreSQL keep running.
    package func run() async throws {}

    /// Returns once requests are taken; throws what prevented it.
    package func waitUntilReady() async throws(ControlError) {}

    package func status() async -> ControlPlaneStatus {
        ControlPlaneStatus(
            version: Self.version, installation: "", stateDirectory: configuration.stateDirectory, isReady: false,
            pid: 0, environments: [:], snapshots: 0, portsInUse: 0, portsTotal: configuration.ports.count)
    }

    package func doctor() async -> [DoctorCheck] { [] }
}
