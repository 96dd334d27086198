/// The SDKs' chain of sources: the first one that is set up gives the credentials, and one that is set up and fails ends
/// the search, so that a broken configuration is not covered up by somebody else's credentials.
///
/// The configuration is read anew each time. Wrap it in `CachedCredentials`.
package struct CredentialChain: Sendable {
    struct Step: Sendable {
        let name: String
        let load: @Sendable () async throws(CredentialsError) -> StepResult

        init(_ name: String, _ load: @escaping @Sendable () async throws(CredentialsError) -> StepResult) {
            self.name = name
            self.load = load
        }
    }

    private let environment: ProcessEnvironment
    private let profile: String?
    private let region: String?
    private let transport: any AWSTransport
    private let clock: AWSClock

    /// - Parameters:
    ///   - profile: a profile that the user named; its credentials go before those of the environment.
    ///   - region: for STS, instead of the configured one.
    package init(
        _ environment: ProcessEnvironment, profile: String? = nil, region: String? = nil,
        transport: any AWSTransport, clock: AWSClock = .system
    ) {
        self.environment = environment
        self.profile = profile
        self.region = region
        self.transport = transport
        self.clock = clock
    }

    package func load() async throws(CredentialsError) -> ResolvedCredentials {
        let context = try context()
        var asked: [String] = []
        for step in steps(context) {
            switch try await step.load() {
            case .found(let resolved): return resolved
            case .absent(let reason): asked.append("\(step.name): \(reason)")
            }
        }
        throw CredentialsError("no AWS credentials. Asked were " + asked.joined(separator: "; "))
    }

    /// The configured region, or the one of the EC2 instance that this runs on; nil when there is neither.
    package func resolveRegion() async throws(CredentialsError) -> String? {
        let context = try context()
        if let region = context.settings.region { return region }
        return await InstanceMetadata(context: context).region()
    }

    private func context() throws(CredentialsError) -> CredentialContext {
        do throws(ConfigurationError) {
            let shared = try SharedConfiguration(environment, profile: profile)
            return CredentialContext(
                environment: environment, shared: shared,
                settings: try AWSSettings(environment, shared, region: region), transport: transport, clock: clock)
        } catch {
            throw CredentialsError(error.message)
        }
    }

    private func steps(_ context: CredentialContext) -> [Step] {
        let name = context.shared.profileName
        var steps: [Step] = []
        if profile == nil {
            steps.append(
                Step("environment") { () async throws(CredentialsError) in
                    try EnvironmentCredentials.load(context.environment)
                })
        }
        steps.append(
            Step("role of the profile") { () async throws(CredentialsError) in
                try await AssumeRoleCredentials(context: context).load(profile: name)
            })
        steps += ProfileCredentials.steps(context, profile: name, usesEnvironment: profile == nil)
        steps.append(
            Step("container") { () async throws(CredentialsError) in try await ContainerCredentials.load(context) })
        steps.append(
            Step("instance") { () async throws(CredentialsError) in
                try await InstanceMetadata(context: context).load()
            })
        return steps
    }
}
