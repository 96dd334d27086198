import ExtendDBServer
import Logging
import ServiceLifecycle
import UnixSignals

/// The server's process: exit codes and messages are described by `CommandLineArguments.usage`.
@main
enum Main {
    static func main() async {
        do {
            switch try CommandLineArguments(parsing: CommandLine.arguments.dropFirst()) {
            case .help: print(CommandLineArguments.usage)
            case .version: print("extenddb-server \(ServerVersion.current)")
            case .serve(let path): try await serve(path)
            }
        } catch let error as ConfigurationError {
            terminate("error: \(error.message)\nhint: \(error.hint)\n", code: 2)
        } catch {
            terminate("error: \(error)\nhint: the log above says what the server was doing\n", code: 1)
        }
    }

    private static func serve(_ path: String) async throws {
        let configuration = try ServerConfiguration(contentsOf: path)
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
