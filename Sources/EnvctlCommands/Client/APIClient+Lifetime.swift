package import ControlPlaneAPI
package import Environments

/// The calls about how long environments live.
extension APIClient {
    package func extendEnvironment(_ name: EnvironmentName, seconds: Int) async throws(ControlError)
        -> EnvironmentResource
    {
        try await post(path(name, "extend"), ExtendEnvironmentBody(ttlSeconds: seconds), as: EnvironmentResource.self)
    }

    package func restoreEnvironment(_ name: EnvironmentName, seconds: Int?) async throws(ControlError)
        -> EnvironmentResource
    {
        try await post(path(name, "restore"), RestoreEnvironmentBody(ttlSeconds: seconds), as: EnvironmentResource.self)
    }

    package func protectEnvironment(
        _ name: EnvironmentName, reason: String, seconds: Int?
    ) async throws(ControlError) -> EnvironmentResource {
        try await post(
            path(name, "protect"), ProtectEnvironmentBody(reason: reason, seconds: seconds),
            as: EnvironmentResource.self)
    }

    package func unprotectEnvironment(_ name: EnvironmentName) async throws(ControlError) -> EnvironmentResource {
        try await post(path(name, "unprotect"), [String: String](), as: EnvironmentResource.self)
    }

    package func why(_ name: EnvironmentName) async throws(ControlError) -> WhyResource {
        try await get(path(name, "why"), as: WhyResource.self)
    }

    package func hold(_ name: EnvironmentName, purpose: String, seconds: Int) async throws(ControlError)
        -> HolderResource
    {
        try await post(
            path(name, "holders"), HolderBody(purpose: purpose, ttlSeconds: seconds), as: HolderResource.self)
    }

    package func renewHold(_ name: EnvironmentName, id: String, seconds: Int) async throws(ControlError)
        -> HolderResource
    {
        try await put(
            path(name, "holders/\(Self.encoded(id))"), HolderBody(ttlSeconds: seconds), as: HolderResource.self,
            timeout: .seconds(10))
    }

    package func releaseHold(_ name: EnvironmentName, id: String) async throws(ControlError) {
        _ = try await delete(
            path(name, "holders/\(Self.encoded(id))"), as: [String: String].self, timeout: .seconds(5))
    }

    private func path(_ name: EnvironmentName, _ rest: String) -> String { "/v1/environments/\(name)/\(rest)" }
}
