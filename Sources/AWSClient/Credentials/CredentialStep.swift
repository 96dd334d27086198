/// What one source of credentials said.
enum StepResult: Sendable {
    case found(ResolvedCredentials)
    /// It is not set up here: the next one is asked. Says why, for the message when nobody has any.
    case absent(String)
}

/// What the sources of credentials share.
struct CredentialContext: Sendable {
    let environment: ProcessEnvironment
    let shared: SharedConfiguration
    let settings: AWSSettings
    let transport: any AWSTransport
    let clock: AWSClock

    /// A client for calls that give credentials.
    func client(signingWith credentials: ResolvedCredentials? = nil) -> AWSClient {
        AWSClient(
            settings: settings,
            credentials: StaticCredentials(credentials ?? ResolvedCredentials.none), transport: transport, clock: clock)
    }

    /// STS answers in every region; a configuration without one asks where it has always answered.
    var stsRegion: String { settings.region ?? "us-east-1" }

    /// A name for the session in CloudTrail.
    var sessionName: String { "envctl-\(clock.now().unixSeconds)" }
}
