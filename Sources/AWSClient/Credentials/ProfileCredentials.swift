/// The sources of credentials that a profile can name, roles aside, in the order in which botocore asks them.
enum ProfileCredentials {
    static func steps(
        _ context: CredentialContext, profile name: String, usesEnvironment: Bool
    ) -> [CredentialChain.Step] {
        [
            CredentialChain.Step("web identity") { () async throws(CredentialsError) in
                try await WebIdentityCredentials.load(context, profile: name, usesEnvironment: usesEnvironment)
            },
            CredentialChain.Step("IAM Identity Center") { () async throws(CredentialsError) in
                try await SSOCredentials.load(context, profile: name)
            },
            CredentialChain.Step("shared credentials file") { () async throws(CredentialsError) in
                try StaticProfileCredentials.load(
                    context.shared.credentialsProfiles[name], named: name, in: context.shared.credentialsPath)
            },
            CredentialChain.Step("credential_process") { () async throws(CredentialsError) in
                try await ProcessCredentials.load(context, profile: name)
            },
            CredentialChain.Step("shared config file") { () async throws(CredentialsError) in
                try StaticProfileCredentials.load(
                    context.shared.configProfiles[name], named: name, in: context.shared.configPath)
            },
        ]
    }

    static func load(
        _ context: CredentialContext, profile name: String, usesEnvironment: Bool
    ) async throws(CredentialsError) -> StepResult {
        for step in steps(context, profile: name, usesEnvironment: usesEnvironment) {
            if case .found(let resolved) = try await step.load() { return .found(resolved) }
        }
        return .absent("the profile '\(name)' has no credentials")
    }
}
