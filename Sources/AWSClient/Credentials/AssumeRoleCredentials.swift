/// A profile with `role_arn`: the role is assumed through STS with the credentials of `source_profile`, which may assume
/// a role itself, or of `credential_source` ("Assume role credential provider" in the AWS SDKs and Tools Reference
/// Guide).
struct AssumeRoleCredentials: Sendable {
    let context: CredentialContext

    func load(profile name: String) async throws(CredentialsError) -> StepResult {
        guard Self.assumesRole(context.shared.profiles[name]) else {
            return .absent("no role_arn in the profile '\(name)'")
        }
        return .found(try await assume(name, visited: [name]))
    }

    /// A token file makes the role a web identity's.
    private static func assumesRole(_ profile: Profile?) -> Bool {
        profile?["role_arn"] != nil && profile?["web_identity_token_file"] == nil
    }

    private func assume(_ name: String, visited: [String]) async throws(CredentialsError) -> ResolvedCredentials {
        guard let profile = context.shared.profiles[name], let role = profile["role_arn"] else {
            throw CredentialsError("the profile '\(name)' has no role_arn")
        }
        guard profile["mfa_serial"] == nil else {
            throw CredentialsError(
                "the profile '\(name)' has an mfa_serial, and nobody can type a code here; give other credentials")
        }
        var duration: Int?
        if let text = profile["duration_seconds"] {
            guard let seconds = Int(text), (900...43_200).contains(seconds) else {
                throw CredentialsError("duration_seconds of the profile '\(name)' is not from 900 to 43200: '\(text)'")
            }
            duration = seconds
        }
        let source = try await source(of: profile, name, visited: visited)
        let request = STS.AssumeRole(
            roleARN: role, sessionName: profile["role_session_name"] ?? context.sessionName,
            externalID: profile["external_id"], durationSeconds: duration)
        do {
            var resolved = try await STSClient(context.client(signingWith: source), region: context.stsRegion)
                .assumeRole(request)
            resolved.source = "\(role) of the profile '\(name)', assumed with \(source.source)"
            return resolved
        } catch {
            throw CredentialsError("cannot assume \(role) of the profile '\(name)' with \(source.source): \(error)")
        }
    }

    private func source(
        of profile: Profile, _ name: String, visited: [String]
    ) async throws(CredentialsError) -> ResolvedCredentials {
        switch (profile["source_profile"], profile["credential_source"]) {
        case (.some, .some):
            throw CredentialsError("the profile '\(name)' has both source_profile and credential_source")
        case (nil, nil):
            throw CredentialsError("the profile '\(name)' has a role_arn, but no source_profile or credential_source")
        case (nil, .some(let source)):
            return try await named(source, name)
        case (.some(let next), nil):
            return try await credentials(ofProfile: next, from: name, visited: visited)
        }
    }

    private func named(_ source: String, _ name: String) async throws(CredentialsError) -> ResolvedCredentials {
        let result: StepResult
        switch source.lowercased() {
        case "environment": result = try EnvironmentCredentials.load(context.environment)
        case "ecscontainer": result = try await ContainerCredentials.load(context)
        case "ec2instancemetadata": result = try await InstanceMetadata(context: context).load()
        default:
            throw CredentialsError(
                "credential_source of the profile '\(name)' is Environment, Ec2InstanceMetadata or EcsContainer, "
                    + "not '\(source)'")
        }
        switch result {
        case .found(let resolved): return resolved
        case .absent(let reason):
            throw CredentialsError("credential_source \(source) of the profile '\(name)' has no credentials: \(reason)")
        }
    }

    private func credentials(
        ofProfile next: String, from name: String, visited: [String]
    ) async throws(CredentialsError) -> ResolvedCredentials {
        guard let profile = context.shared.profiles[next] else {
            throw CredentialsError("the source_profile '\(next)' of the profile '\(name)' does not exist")
        }
        // A profile may name itself for its own keys.
        guard !visited.contains(next) || (next == name && profile.hasStaticKeys) else {
            throw CredentialsError(
                "source_profile goes in a circle: " + (visited + [next]).joined(separator: " → "))
        }
        if Self.assumesRole(profile), !profile.hasStaticKeys {
            return try await assume(next, visited: visited + [next])
        }
        switch try await ProfileCredentials.load(context, profile: next, usesEnvironment: false) {
        case .found(let resolved): return resolved
        case .absent: throw CredentialsError("the source_profile '\(next)' of the profile '\(name)' has no credentials")
        }
    }
}
