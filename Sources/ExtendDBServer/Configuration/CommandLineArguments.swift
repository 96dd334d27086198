/// What the command line asks for.
///
/// Two commands and one option are read by hand: the argument parser library and the Foundation that it loads would
/// be a sixth of an idle server's memory, and hundreds of servers run side by side.
package enum CommandLineArguments: Hashable, Sendable {
    case serve(configuration: String)
    case version
    case help

    /// - Parameter arguments: The words behind the program's name.
    package init(parsing arguments: some Sequence<String>) throws(ConfigurationError) {
        var words = Array(arguments)[...]
        var configuration: String?
        var command: String?
        while let word = words.popFirst() {
            switch word {
            case "--version":
                self = .version
                return
            case "--help", "-h", "help":
                self = .help
                return
            case "--config", "-c":
                guard let path = words.popFirst() else { throw Self.error("'\(word)' lacks its value, a path") }
                configuration = path
            case _ where word.hasPrefix("--config="):
                configuration = String(word.dropFirst("--config=".count))
            case "serve" where command == nil:
                command = word
            default:
                throw Self.error("unexpected argument '\(word)'")
            }
        }
        guard command != nil else {
            guard configuration == nil else { throw Self.error("the command 'serve' is missing") }
            self = .help
            return
        }
        guard let configuration, !configuration.isEmpty else {
            throw Self.error("the option '--config FILE' is missing")
        }
        self = .serve(configuration: configuration)
    }

    package static let usage = """
        Serves an ExtendDB database over the protocol of Amazon DynamoDB.

        USAGE: extenddb-server serve --config FILE
               extenddb-server --version

        OPTIONS:
          -c, --config FILE  The configuration, a JSON file that only its owner can read.
          --version          Show the version.
          -h, --help         Show this text.

        It serves until SIGTERM or SIGINT. The listening socket is taken from the supervisor when LISTEN_FDS and
        LISTEN_PID are set, as sd_listen_fds(3) describes, and bound by the configuration otherwise.

        EXIT CODES: 0 after a stop that was asked for, 1 when serving failed, 2 when the command line or the
        configuration is wrong.
        """

    private static func error(_ message: String) -> ConfigurationError {
        ConfigurationError(message, hint: "usage: extenddb-server serve --config FILE")
    }
}
