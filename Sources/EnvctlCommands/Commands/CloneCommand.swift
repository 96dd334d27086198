package import ArgumentParser
package import ControlPlaneAPI
import Cryptography
import Environments

/// `envctl clone`: the heart. Makes an environment from a snapshot and hands it out.
package struct CloneCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "clone",
        abstract: "Make an environment: a private DynamoDB endpoint over a copy of a snapshot.",
        discussion: """
            The same name and snapshot again gives the environment that exists; another snapshot under that name is a \
            conflict. When the time to live is over, the environment and all that belongs to it is deleted.
            """)

    @Argument(help: "The snapshot to clone, e.g. prod-snapshot.")
    package var snapshot: String

    @Argument(help: "The environment's name (default: one is made up).")
    package var name: String?

    @Option(name: .long, help: "How long it lives: 90s, 15m, 4h, 7d (default: 4h).")
    package var ttl: String?

    @Option(
        name: .long,
        help: "Put it to sleep after this long without a request: 15m, 2h, or never (default: 15m).")
    package var idle: String?

    @Option(name: .long, help: "A label key=value; may be given several times.")
    package var label: [LabelArgument] = []

    @Flag(name: .long, help: "Wait in a fair queue when a limit leaves no room, instead of being refused.")
    package var queue = false

    @Flag(name: .long, help: "Return as soon as it is recorded instead of when it is ready.")
    package var noWait = false

    @Option(name: .long, help: "How long to wait for it to become ready (default: 5m; of an Aurora cluster 30m).")
    package var timeout: String?

    @OptionGroup package var options: GlobalOptions

    package init() {}

    package func run() async throws {
        let snapshot = try SnapshotName(argument: snapshot)
        let name = try name.map { try EnvironmentName(argument: $0) }
        let context = try CommandContext(options)
        let client = try context.client()
        let limit = try timeout.map { try seconds($0) }
        let body = CreateEnvironmentBody(
            snapshot: snapshot.text, name: name?.text, ttlSeconds: try ttl.map { try seconds($0) },
            idleSeconds: try idle.map { $0 == "never" ? 0 : try seconds($0) },
            labels: label.isEmpty ? nil : label.dictionary, whenFull: queue ? "queue" : nil)
        // One key for this call of the command: should the answer get lost and the request be repeated, an
        // environment without a given name is still made once.
        let key = Hex.encode(SecureRandom.bytes(16))
        var environment = try await client.createEnvironment(body, idempotencyKey: key)
        let created = environment.created ?? true
        if !created && context.format == .table {
            context.note("\(environment.name) exists already; its deadline stays as it is")
        }
        if !noWait {
            environment = try await EnvironmentWait(client: client, context: context)
                .untilReady(environment, seconds: limit)
            environment.created = created
        }
        var handOut = HandOut(environment: environment)
        if environment.answers {
            handOut.credentials = try await client.credentials(of: EnvironmentName(environment.name))
        }
        try context.emit(handOut, text: text(handOut, created: created, context: context))
    }

    private func text(_ handOut: HandOut, created: Bool, context: CommandContext) -> String {
        let environment = handOut.environment
        let headline =
            environment.answers
            ? "\(context.terminal.styled(environment.name, .bold)) is ready" + (created ? "" : " (it existed)")
            : "\(environment.name) is \(environment.phase); wait for it: envctl wait \(environment.name)"
        var lines = [
            headline, context.environmentView.handOut(environment, credentials: handOut.credentials),
        ]
        if handOut.credentials != nil {
            lines.append("")
            lines.append("Use it:  envctl exec \(environment.name) -- aws dynamodb list-tables")
            lines.append("   or:   eval \"$(envctl env \(environment.name))\"")
        }
        return lines.joined(separator: "\n")
    }
}

extension EnvironmentResource {
    /// Whether a request to the endpoint is answered; one that sleeps is woken by it.
    var answers: Bool { phase == Phase.ready.rawValue || phase == Phase.hibernated.rawValue }
}

/// What `clone --output json` prints: the environment, and its credentials once it is ready.
package struct HandOut: Codable, Sendable, Equatable {
    package var environment: EnvironmentResource
    package var credentials: CredentialsResource?

    package init(environment: EnvironmentResource, credentials: CredentialsResource? = nil) {
        self.environment = environment
        self.credentials = credentials
    }
}
