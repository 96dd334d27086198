import AWS

/// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`.
enum EnvironmentCredentials {
    static func load(_ environment: ProcessEnvironment) throws(CredentialsError) -> StepResult {
        guard let id = environment["AWS_ACCESS_KEY_ID"] else { return .absent("AWS_ACCESS_KEY_ID is not set") }
        guard let secret = environment["AWS_SECRET_ACCESS_KEY"] else {
            throw CredentialsError("AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not")
        }
        var expiration: Timestamp?
        if let text = environment["AWS_CREDENTIAL_EXPIRATION"] {
            guard let time = Timestamp(iso8601: text) else {
                throw CredentialsError("AWS_CREDENTIAL_EXPIRATION is not a time: '\(text)'")
            }
            expiration = time
        }
        return .found(
            ResolvedCredentials(
                credentials: AWSCredentials(
                    accessKeyID: id, secretAccessKey: secret,
                    sessionToken: environment["AWS_SESSION_TOKEN"] ?? environment["AWS_SECURITY_TOKEN"]),
                expiration: expiration, source: "environment variables"))
    }
}
