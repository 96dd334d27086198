import AWS

/// `aws_access_key_id` and `aws_secret_access_key` of a profile in one of the shared files.
enum StaticProfileCredentials {
    static func load(
        _ profile: Profile?, named name: String, in path: String
    ) throws(CredentialsError) -> StepResult {
        guard let profile else { return .absent("no profile '\(name)' in \(path)") }
        guard let id = profile["aws_access_key_id"] else {
            return .absent("no aws_access_key_id in the profile '\(name)' of \(path)")
        }
        guard let secret = profile["aws_secret_access_key"] else {
            throw CredentialsError(
                "the profile '\(name)' of \(path) has aws_access_key_id, but no aws_secret_access_key")
        }
        return .found(
            ResolvedCredentials(
                credentials: AWSCredentials(
                    accessKeyID: id, secretAccessKey: secret,
                    sessionToken: profile["aws_session_token"] ?? profile["aws_security_token"]),
                source: "profile '\(name)' of \(path)"))
    }
}
