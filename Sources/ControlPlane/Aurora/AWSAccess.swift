import AWS
import AWSClient
import Environments
import HTTPClient

/// How the control plane calls AWS: region, endpoints and credentials as its process environment says.
enum AWSAccess {
    static func client(environment: [String: String]) -> AWSClient {
        var endpoints = EndpointOverrides()
        for (variable, service) in [("AWS_ENDPOINT_URL_RDS", AWSService.rds), ("AWS_ENDPOINT_URL_STS", .sts)] {
            if let url = environment[variable], !url.isEmpty { endpoints.set(url, for: service, origin: variable) }
        }
        if let url = environment["AWS_ENDPOINT_URL"], !url.isEmpty {
            endpoints.setForAll(url, origin: "AWS_ENDPOINT_URL")
        }
        let region = environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"]
        return AWSClient(
            settings: AWSSettings(region: region, endpoints: endpoints),
            credentials: VariableCredentials(environment: environment), transport: HTTPClient())
    }
}

/// The credentials in the variables of the process.
private struct VariableCredentials: CredentialProvider {
    let environment: [String: String]

    func credentials() async throws(CredentialsError) -> ResolvedCredentials {
        guard let id = environment["AWS_ACCESS_KEY_ID"], let secret = environment["AWS_SECRET_ACCESS_KEY"],
            !id.isEmpty, !secret.isEmpty
        else {
            throw CredentialsError("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of the control plane are not set")
        }
        return ResolvedCredentials(
            credentials: AWSCredentials(
                accessKeyID: id, secretAccessKey: secret, sessionToken: environment["AWS_SESSION_TOKEN"]),
            source: "environment")
    }

    func discard(_ credentials: AWSCredentials) async {}
}
