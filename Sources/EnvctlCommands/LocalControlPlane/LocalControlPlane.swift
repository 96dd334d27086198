package import ControlPlane
package import ControlPlaneAPI
package import Environments

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The control plane of this machine as its state directory shows it.
package struct LocalControlPlane: Sendable {
    package let configuration: ControlPlaneConfiguration

    package init(configuration: ControlPlaneConfiguration) {
        self.configuration = configuration
    }

    /// The token that opens it to the user who started it.
    package func token() throws(ControlError) -> String { try LocalToken.read(path: configuration.tokenPath) }

    /// Where the running control plane is.
    ///
    /// - Throws: `ControlError` when none has left its address here.
    package func address() throws(ControlError) -> ServerInfo {
        guard let info = try serverInfo() else {
            throw ControlError(
                .unavailable, subject: configuration.stateDirectory,
                "the control plane is not running (state in \(configuration.stateDirectory))",
                hint: "start it: envctl up")
        }
        return info
    }

    /// What the running control plane wrote about itself; nil when there is none.
    package func serverInfo() throws(ControlError) -> ServerInfo? {
        guard let data = FileManager.default.contents(atPath: configuration.serverInfoPath) else { return nil }
        do {
            return try APICoding.decode(ServerInfo.self, from: data)
        } catch {
            throw ControlError(
                .failed, subject: configuration.serverInfoPath,
                "\(configuration.serverInfoPath) is not readable as JSON: \(error)",
                hint: "remove it and run: envctl up")
        }
    }
}
