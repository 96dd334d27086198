package import ArgumentParser
import Environments
import UnixSignals

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// `envctl exec`.
package struct ExecCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "exec", abstract: "Run a command with the variables of an environment set.",
        discussion: """
            Ends with the command's exit code, 128 and the signal's number if one ended it; its terminal, its descriptors and the signals sent to envctl are the \
            command's. While it runs the environment counts as in use: it neither expires nor falls asleep, at most until \
            its maximum age.
            """)

    @Argument(help: "The environment's name.")
    package var name: String

    @Argument(parsing: .postTerminator, help: "The command and its arguments, after --.")
    package var command: [String] = []

    @OptionGroup package var options: GlobalOptions

    package init() {}

    /// What the hold is for, as `why` and the history show it: the program alone, since arguments may be secrets.
    package static func purpose(of command: [String]) -> String {
        guard let program = command.first?.split(separator: "/").last else { return "" }
        return command.count > 1 ? "\(program) …" : String(program)
    }

    package func validate() throws {
        guard !command.isEmpty else {
            throw ValidationError(
                "there is no command; write it after --: envctl exec \(name) -- aws dynamodb list-tables")
        }
    }

    package func run() async throws {
        let name = try EnvironmentName(argument: name)
        let context = try CommandContext(options)
        let client = try context.client()
        let variables = ClientVariables(
            try await client.credentials(of: name), authority: client.target.authority)
        for name in ClientVariables.removed { unsetenv(name) }
        for (name, value) in variables.variables { setenv(name, value, 1) }
        let command = command
        let result = try await EnvironmentHold(name: name, context: context).during(
            Self.purpose(of: command)
        ) { () -> Result<Int32, any Error> in
            let signals = await UnixSignalsSequence(trapping: .sigterm, .sighup, .sigint, .sigusr1, .sigusr2)
            do {
                return .success(try await ForegroundChild(command).exitCode(passing: signals))
            } catch {
                return .failure(error)
            }
        }
        let code = try result.get()
        if code != 0 { throw ArgumentParser.ExitCode(code) }
    }
}
