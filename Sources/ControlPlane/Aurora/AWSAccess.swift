package import AWSClient
package import Environments
import HTTPClient
import Synchronization

/// How the control plane calls AWS: region, endpoints, credentials, retries and certificates as the AWS SDKs find them
/// (docs/aws.md), in the environment of its process and the files of its user.
///
/// Nothing is read before AWS is called first: a control plane without registered clusters needs none of it, and what
/// was wrong in a file can be corrected without a restart.
package final class AWSAccess: Sendable {
    private struct Parts: Sendable {
        let client: AWSClient
        let chain: CredentialChain
    }

    private let environment: ProcessEnvironment
    private let made = Mutex<Parts?>(nil)

    /// - Parameter environment: the variables of the process.
    package init(environment: [String: String]) {
        self.environment = ProcessEnvironment.ofThisUser(environment)
    }

    /// The client of all regions: credentials are kept and renewed for all of them together.
    package func client() throws(ControlError) -> AWSClient { try parts().client }

    /// Of what names none: the configured region, or the one of the EC2 instance that this runs on.
    package func region() async throws(ControlError) -> String? {
        let chain = try parts().chain
        do {
            return try await chain.resolveRegion()
        } catch {
            throw Self.unreadable(error.message)
        }
    }

    private func parts() throws(ControlError) -> Parts {
        if let parts = made.withLock({ $0 }) { return parts }
        let settings: AWSSettings
        do {
            settings = try AWSSettings.read(environment)
        } catch {
            throw Self.unreadable(error.message)
        }
        let transport = HTTPClient(authority: settings.caBundle)
        let chain = CredentialChain(environment, transport: transport)
        let new = Parts(
            client: AWSClient(settings: settings, credentials: CachedCredentials(chain), transport: transport),
            chain: chain)
        return made.withLock { made in
            let first = made ?? new
            made = first
            return first
        }
    }

    private static func unreadable(_ reason: String) -> ControlError {
        ControlError(
            .misconfigured, subject: "AWS", "the configuration for AWS cannot be used: \(reason)",
            hint: "docs/aws.md says what is read, and in which order")
    }
}
