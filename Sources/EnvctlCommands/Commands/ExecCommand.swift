package import ArgumentParser
import Environments

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// `envctl exec`.
package struct ExecCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "exec", abstract: "Run a command with the variables of an environment set.",
        discussion: "The command takes this process's place: its exit code, its signals and its terminal are its own.")

    @Argument(help: "The environment's name.")
    package var name: String

    @Argument(parsing: .postTerminator, help: "The command and its arguments, after --.")
    package var command: [String] = []

    @OptionGroup package var options: GlobalOptions

    package init() {}

    package func validate() throws {
        guard !command.isEmpty else {
            throw ValidationError(
                "there is no command; write it after --: envctl exec \(name) -- aws dynamodb list-tables")
        }
    }

    package func run() async throws {
        let context = try CommandContext(options)
        let variables = ClientVariables(try await context.client().credentials(of: name))
        for name in ClientVariables.removed { unsetenv(name) }
        for (name, value) in variables.variables { setenv(name, value, 1) }
        throw replaceProcess()
    }

    /// Gives the command the signals that a shell would give it. A new program inherits the calling thread's mask, and
    /// the threads that run Swift's tasks block every signal: without this nothing but SIGKILL would end the command.
    private static func restoreSignals() {
        signal(SIGPIPE, SIG_DFL)
        var none = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, nil)
    }

    /// Returns only when the command cannot be run: 127 when it is not found, 126 otherwise, as a shell has it.
    private func replaceProcess() -> any Error {
        var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) }
        arguments.append(nil)
        defer { arguments.forEach { free($0) } }
        Self.restoreSignals()
        _ = command[0].withCString { execvp($0, arguments) }
        let reason = errno
        Output.errorLine("error: cannot run \(command[0]): \(String(cString: strerror(reason)))")
        if reason == ENOENT { Output.errorLine("hint: is it installed, and on PATH?") }
        return ArgumentParser.ExitCode(reason == ENOENT ? 127 : 126)
    }
}
