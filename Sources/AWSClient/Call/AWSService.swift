/// A service of AWS as a client has to know it.
package struct AWSService: Sendable, Hashable {
    /// As error messages and `AWS_ENDPOINT_URL_<ID>` write it (spaces as underscores), and in lower case the `services`
    /// section of the config file.
    package let id: String
    /// The first label of its host names.
    package let endpointPrefix: String
    /// The service in the credential scope of a signature.
    package let signingName: String
    package let errors: ErrorForm

    /// How the service writes an error.
    package enum ErrorForm: Sendable, Hashable {
        case queryXML
        /// `x-amzn-ErrorType` or `__type`, and a member `message`.
        case json
    }

    package init(id: String, endpointPrefix: String, signingName: String, errors: ErrorForm) {
        self.id = id
        self.endpointPrefix = endpointPrefix
        self.signingName = signingName
        self.errors = errors
    }

    package static let rds = AWSService(id: "RDS", endpointPrefix: "rds", signingName: "rds", errors: .queryXML)
    package static let sts = AWSService(id: "STS", endpointPrefix: "sts", signingName: "sts", errors: .queryXML)
    package static let sso = AWSService(
        id: "SSO", endpointPrefix: "portal.sso", signingName: "awsssoportal", errors: .json)
    package static let ssoOIDC = AWSService(
        id: "SSO OIDC", endpointPrefix: "oidc", signingName: "sso-oauth", errors: .json)
}
