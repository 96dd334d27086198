package import ArgumentParser
import ControlPlane
import ControlPlaneAPI
import Environments

/// `envctl aurora …`.
package struct AuroraCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "aurora", abstract: "What cloning Aurora clusters needs at AWS.", subcommands: [Policy.self])

    package init() {}

    /// `envctl aurora policy`.
    package struct Policy: AsyncParsableCommand {
        package static let configuration = CommandConfiguration(
            commandName: "policy", abstract: "Print the least IAM policy for the registered clusters.",
            discussion: """
                It lets the control plane clone the clusters of the registered snapshots (and those that --cluster \
                names), change what carries this installation's tag, and denies every change of the clusters themselves.
                """)

        @Option(name: .long, help: ArgumentHelp("Also this cluster, not registered yet; repeat.", valueName: "id"))
        package var cluster: [String] = []

        @Option(name: .long, help: "The region of those; else the one that this user's AWS configuration names.")
        package var region: String?

        @Option(name: .long, help: ArgumentHelp("The AWS account; else any.", valueName: "id"))
        package var account = "*"

        @Option(name: .long, help: "aws, aws-cn or aws-us-gov.")
        package var partition = "aws"

        @Option(name: .long, help: ArgumentHelp("A KMS key that encrypts a source; repeat.", valueName: "arn"))
        package var kmsKey: [String] = []

        @OptionGroup package var options: GlobalOptions

        package init() {}

        package func run() async throws {
            let context = try CommandContext(options)
            let client = try context.client()
            var sources: [AuroraSource] = []
            for snapshot in try await client.snapshots() {
                if let aurora = snapshot.aurora { sources.append(try aurora.source(defaultRegion: nil)) }
            }
            if !cluster.isEmpty {
                let aws = AWSAccess(environment: context.configuration.processEnvironment)
                let home: String? = if let region { region } else { try await aws.region() }
                for name in cluster { sources.append(try AuroraResource(cluster: name).source(defaultRegion: home)) }
            }
            guard !sources.isEmpty else {
                throw ControlError(
                    .invalidRequest, "no cluster is registered", hint: "name one with --cluster and --region")
            }
            let installation = InstallationID(try await client.status().installation)
            var policy = AuroraPolicy(installation: installation, sources: sources)
            policy.account = account
            policy.partition = partition
            policy.keys = kmsKey
            try Output.line(policy.json)
        }
    }
}
