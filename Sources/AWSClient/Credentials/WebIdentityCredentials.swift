/// `AWS_WEB_IDENTITY_TOKEN_FILE` and `AWS_ROLE_ARN`, or `web_identity_token_file` and `role_arn` of a profile, through
/// STS.
enum WebIdentityCredentials {
    /// - Parameter usesEnvironment: false for a profile that somebody named.
    static func load(
        _ context: CredentialContext, profile name: String, usesEnvironment: Bool
    ) async throws(CredentialsError) -> StepResult {
        let profile = context.shared.profiles[name] ?? Profile()
        func setting(_ variable: String, _ property: String) -> String? {
            (usesEnvironment ? context.environment[variable] : nil) ?? profile[property]
        }
        guard let path = setting("AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file") else {
            return .absent("AWS_WEB_IDENTITY_TOKEN_FILE is not set")
        }
        guard let role = setting("AWS_ROLE_ARN", "role_arn") else {
            throw CredentialsError("there is a web identity token file, but neither AWS_ROLE_ARN nor role_arn")
        }
        let token: [UInt8]
        do {
            // Each time anew: Kubernetes replaces it.
            token = try SmallFile.read(context.environment.path(path))
        } catch {
            throw CredentialsError("the web identity token file \(path) \(error.reason)")
        }
        let request = STS.AssumeRoleWithWebIdentity(
            roleARN: role, sessionName: setting("AWS_ROLE_SESSION_NAME", "role_session_name") ?? context.sessionName,
            token: String(decoding: token, as: UTF8.self))
        do {
            var resolved = try await STSClient(context.client(), region: context.stsRegion)
                .assumeRoleWithWebIdentity(request)
            resolved.source = "web identity \(path) as \(role)"
            return .found(resolved)
        } catch {
            throw CredentialsError("cannot assume \(role) with the web identity token: \(error)")
        }
    }
}
