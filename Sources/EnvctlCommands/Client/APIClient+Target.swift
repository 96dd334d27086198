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
        let token = try givenToken(environment)
        if let url = environment("ENVCTL_URL"), !url.isEmpty {
            guard let token else {
                throw ControlError(
                    .unauthorized, subject: "ENVCTL_TOKEN", "ENVCTL_URL is set but ENVCTL_TOKEN is not",
                    hint: "export ENVCTL_TOKEN with a token of that control plane")
            }
            return APIClient.Target(
                url: url.hasSuffix("/") ? String(url.dropLast()) : url, token: token, isRemote: true,
                authority: configuration.tls.authority)
        }
        let plane = LocalControlPlane(configuration: configuration)
        let address = try plane.address()
        // One is given by a user of this machine who did not start the control plane, for example.
        let opening: String
        if let token { opening = token } else { opening = try plane.token() }
        return APIClient.Target(
            url: address.url, token: opening, isRemote: false, authority: address.authority)
    }

    /// `ENVCTL_TOKEN`; nil when it is not set, or empty.
    ///
    /// - Throws: `invalidRequest` for what cannot stand in a header.
    private static func givenToken(_ environment: (String) -> String?) throws(ControlError) -> String? {
        guard let token = environment("ENVCTL_TOKEN"), !token.isEmpty else { return nil }
        guard token.utf8.allSatisfy({ $0 > UInt8(ascii: " ") && $0 < 0x7F }) else {
            // Not quoted: it may be a secret but for that.
            throw ControlError(
                .invalidRequest, subject: "ENVCTL_TOKEN",
                "ENVCTL_TOKEN is not a token: it holds a line break, a blank or another character that none has",
                hint: "set it to the one word that `envctl token create` printed")
        }
        return token
    }
}
