package import ArgumentParser
package import ControlPlane
import ControlPlaneAPI
package import Environments
import Logging
import ServiceLifecycle
import UnixSignals

/// `envctl server`.
package struct ServerCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "server", abstract: "Run the control plane in the foreground (containers, systemd).",
        discussion: """
            Ends on SIGTERM or SIGINT. Environments and the private PostgreSQL go on running and are adopted by the \
            next control plane; envctl down ends them too.
            """)

    @Option(
        name: .long, help: "Address of the API, host:port or unix:/path (default: $ENVCTL_LISTEN, else 127.0.0.1:8642)."
    )
    package var listen: String?

    @Option(name: .long, help: "Ports of endpoints, first-last (default: $ENVCTL_PORTS, else 20000-20999).")
    package var ports: String?

    @Option(
        name: .long,
        help: "A PostgreSQL server of yours instead of a private one, as a URL (default: $ENVCTL_DATABASE_URL).")
    package var databaseURL: String?

    @Option(name: .long, help: "trace, debug, info, warning or error (default: $ENVCTL_LOG_LEVEL, else info).")
    package var logLevel: String?

    @Option(
        name: .long,
        help: "text for people, json for programs: one object a line (default: $ENVCTL_LOG_FORMAT, else text).")
    package var logFormat: String?

    @OptionGroup package var options: GlobalOptions

    package init() {}

    package func run() async throws {
        var configuration = try options.configuration()
        if let listen { configuration.listen = listen }
        if let ports { configuration.ports = try ControlPlaneConfiguration.ports(ports) }
        if let databaseURL { configuration.databaseURL = databaseURL }
        _ = try ListenAddress(configuration.listen)
        let level = try Self.level(logLevel)

        var logger = Self.logger(try Self.format(logFormat))
        logger.logLevel = level
        logger.info(
            "control plane starts",
            metadata: [
                "version": "\(Version.text)", "state": "\(configuration.stateDirectory)",
                "listen": "\(configuration.listen)",
                "ports": "\(configuration.ports.lowerBound)-\(configuration.ports.upperBound)",
                "database": "\(configuration.databaseURL == nil ? "private" : "external")",
            ])
        let controlPlane = ControlPlane(configuration: configuration, logger: logger)
        let api = APIServer(controlPlane: controlPlane, logger: logger)
        var group = ServiceGroupConfiguration(
            services: [.init(service: controlPlane), .init(service: api)],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        group.maximumGracefulShutdownDuration = .seconds(20)
        try await ServiceGroup(configuration: group).run()
    }

    /// Refuses what a control plane with the settings of the process environment would refuse when it starts.
    package static func check(_ configuration: ControlPlaneConfiguration) throws(ControlError) {
        _ = try ListenAddress(configuration.listen)
        _ = try level(nil)
        _ = try format(nil)
    }

    private static func logger(_ format: LogFormat) -> Logger {
        Logger(label: "envctl") { label in
            switch format {
            case .text:
                StreamLogHandler.standardError(label: label, metadataProvider: Operation.metadataProvider)
            case .json: JSONLogHandler(metadataProvider: Operation.metadataProvider)
            }
        }
    }

    private static func format(_ given: String?) throws(ControlError) -> LogFormat {
        let text = given ?? Environment.value("ENVCTL_LOG_FORMAT") ?? "text"
        guard let format = LogFormat(rawValue: text.lowercased()) else {
            throw ControlError(
                .invalidRequest, subject: text, "'\(text)' is not a format of a log",
                hint: "one of \(LogFormat.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return format
    }

    private static func level(_ given: String?) throws(ControlError) -> Logger.Level {
        let text = given ?? Environment.value("ENVCTL_LOG_LEVEL") ?? "info"
        guard let level = Logger.Level(rawValue: text.lowercased()) else {
            throw ControlError(
                .invalidRequest, subject: text, "'\(text)' is not a log level",
                hint: "one of \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return level
    }
}
