package import ControlPlane
import ControlPlaneAPI
package import Environments

extension APIClient.Target {
    /// The control plane that this command speaks to: `ENVCTL_URL` with `ENVCTL_TOKEN` and `ENVCTL_CA_FILE` if given, else the local one
    /// by what it wrote into the state directory, with `ENVCTL_TOKEN` or the token that lies there.
    ///
    /// - Throws: `ControlError` when there is no local control plane, or its files cannot be read.
    package static func resolve(
        configuration: ControlPlaneConfiguration, environment: (String) -> String? = Environment.value
    ) throws(ControlError) -> APIClient.Target {
        if let url = environment("ENVCTL_URL"), !url.isEmpty {
            guard let token = environment("ENVCTL_TOKEN"), !token.isEmpty else {
                throw ControlError(
                    .unauthorized, subject: "ENVCTL_TOKEN", "ENVCTL_URL is set but ENVCTL_TOKEN is not",
                    hint: "export ENVCTL_TOKEN with a token of that control plane")
            }
            return APIClient.Target(
                url: url.hasSuffix("/") ? String(url.dropLast()) : url, token: token, isRemote: true,
                authority: configuration.tls.authority)
        }
        let plane = LocalControlPlane(configuration: configuration)
        // Of a user of this machine who did not start the control plane, for example.
        if let token = environment("ENVCTL_TOKEN"), !token.isEmpty {
            let address = try plane.address()
            return APIClient.Target(
                url: address.url, token: token, isRemote: false, authority: address.authority)
        }
        let address = try plane.address()
        return APIClient.Target(
            url: address.url, token: try plane.token(), isRemote: false, authority: address.authority)
    }
}
