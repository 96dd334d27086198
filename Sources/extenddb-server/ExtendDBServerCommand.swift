import ArgumentParser
import ExtendDBServer
import Logging
import ServiceLifecycle
import UnixSignals

/// The server's command line.
///
/// Exit codes: 0 after a stop that was asked for, 1 when serving failed, 2 when the command line or the configuration
/// is wrong.
@main
struct ExtendDBServerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "extenddb-server",
        abstract: "Serves an ExtendDB database over the protocol of Amazon DynamoDB.",
        version: "extenddb-server \(ServerVersion.current)",
        subcommands: [Serve.self])

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let error as ConfigurationError {
            terminate("error: \(error.message)\nhint: \(error.hint)\n", code: 2)
        } catch {
            let code = exitCode(for: error)
            if code == .success {
                print(fullMessage(for: error))
            } else if code == .validationFailure {
                terminate("error: \(message(for: error))\nhint: see extenddb-server serve --help\n", code: 2)
            } else {
                terminate("error: \(error)\nhint: the log above says what the server was doing\n", code: 1)
            }
        }
    }
}

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serves until SIGTERM or SIGINT.",
        discussion: """
            The listening socket is taken from the supervisor when LISTEN_FDS and LISTEN_PID are set, as \
            sd_listen_fds(3) describes, and bound by the configuration otherwise.
            """)

    @Option(name: .shortAndLong, help: "Path of the configuration, a JSON file that only its owner can read.")
    var config: String

    func run() async throws {
        let configuration = try ServerConfiguration(contentsOf: config)
        let socket = try ListeningSocket.fromEnvironment()
        var logger = Logger(label: "extenddb-server", factory: { StreamLogHandler.standardError(label: $0) })
        logger.logLevel = configuration.logLevel
        let server = Server(configuration: configuration, socket: socket, logger: logger)
        let group = ServiceGroup(
            configuration: .init(
                services: [
                    .init(
                        service: server, successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .gracefullyShutdownGroup)
                ],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        try await group.run()
    }
}
