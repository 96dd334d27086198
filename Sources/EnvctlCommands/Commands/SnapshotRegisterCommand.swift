package import ArgumentParser
import ControlPlaneAPI
import Environments

extension SnapshotCommand {
    /// `envctl snapshot register`.
    package struct Register: AsyncParsableCommand {
        package static let configuration = CommandConfiguration(
            commandName: "register", abstract: "Make a snapshot of a live Aurora PostgreSQL cluster.",
            discussion: """
                The cluster is looked at and never changed. Each environment becomes a copy-on-write clone of it, with \
                the data of the moment when it is made, an instance and a master password of its own. The control \
                plane asks AWS, with the credentials that it finds as the SDKs do.
                """)

        @Argument(help: "The snapshot's name, e.g. prod-snapshot.")
        package var name: String

        @Option(name: .long, help: ArgumentHelp("The identifier of the production cluster.", valueName: "id"))
        package var auroraCluster: String

        @Option(name: .long, help: "The cluster's region; else the control plane's.")
        package var region: String?

        @Option(name: .long, help: ArgumentHelp("The class of a clone's instance: db.serverless.", valueName: "class"))
        package var instanceClass: String?

        @Option(name: .long, help: ArgumentHelp("Least capacity; 0 lets an idle clone pause.", valueName: "acu"))
        package var minACU: Double?

        @Option(name: .long, help: ArgumentHelp("Most capacity: 2.", valueName: "acu"))
        package var maxACU: Double?

        @Option(name: .long, help: ArgumentHelp("Idle seconds before a clone pauses: 300.", valueName: "seconds"))
        package var autoPause: Int?

        @Option(name: .long, help: ArgumentHelp("ExtendDB's catalog database: extenddb_catalog.", valueName: "name"))
        package var catalogDatabase: String?

        @Option(name: .long, help: ArgumentHelp("ExtendDB's data database: extenddb.", valueName: "name"))
        package var dataDatabase: String?

        @Option(name: .long, help: ArgumentHelp("The cluster's master user: postgres.", valueName: "name"))
        package var masterUser: String?

        @Option(name: .long, help: "How clones are connected to: verify-full, require or disable.")
        package var tls: String?

        @Option(
            name: .long, help: ArgumentHelp("RDS's certificates, on the control plane's machine.", valueName: "file"))
        package var caFile: String?

        @Option(name: .long, help: "A subnet group instead of the source's.")
        package var subnetGroup: String?

        @Option(
            name: .long, help: ArgumentHelp("A VPC security group instead of the source's; repeat.", valueName: "id"))
        package var securityGroup: [String] = []

        @Option(
            name: .long, help: ArgumentHelp("A cluster parameter group instead of the source's.", valueName: "name"))
        package var clusterParameterGroup: String?

        @Option(
            name: .long, help: ArgumentHelp("An instance parameter group instead of the source's.", valueName: "name"))
        package var instanceParameterGroup: String?

        @Option(
            name: .long,
            help: ArgumentHelp("The region that clients sign for; else the cluster's.", valueName: "region"))
        package var tableRegion: String?

        @Flag(name: .long, help: "Let AWS copy in full, slowly and at full price, beyond 15 clones.")
        package var allowFullCopy = false

        @OptionGroup package var options: GlobalOptions

        package init() {}

        package func run() async throws {
            let name = try SnapshotName(argument: name)
            let context = try CommandContext(options)
            var aurora = AuroraResource(cluster: auroraCluster)
            aurora.region = region
            aurora.instanceClass = instanceClass
            aurora.minimumAcu = minACU
            aurora.maximumAcu = maxACU
            aurora.autoPauseSeconds = autoPause
            aurora.catalogDatabase = catalogDatabase
            aurora.dataDatabase = dataDatabase
            aurora.masterUser = masterUser
            aurora.tls = tls
            aurora.caFile = caFile.map(absolutePath)
            aurora.subnetGroup = subnetGroup
            aurora.securityGroups = securityGroup.isEmpty ? nil : securityGroup
            aurora.clusterParameterGroup = clusterParameterGroup
            aurora.instanceParameterGroup = instanceParameterGroup
            aurora.tableRegion = tableRegion
            aurora.allowFullCopy = allowFullCopy
            let snapshot = try await context.client().registerSnapshot(name, aurora)
            try context.emit(snapshot, text: "\(name) is registered\n\n" + SnapshotView.details(snapshot))
        }
    }
}
