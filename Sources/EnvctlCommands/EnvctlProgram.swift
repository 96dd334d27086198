import ArgumentParser
import Environments

/// Runs a command line and maps every way it can end to one of the documented exit codes.
package enum EnvctlProgram {
    /// - Parameter arguments: without the program's name.
    /// - Returns: the exit code.
    package static func run(_ arguments: [String]) async -> Int32 {
        Output.keepClosedStreamsClosed()
        do {
            var command = try await EnvctlCommand.asyncParseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            return 0
        } catch {
            return report(error)
        }
    }

    private static func report(_ error: any Error) -> Int32 {
        if let error = error as? ControlError {
            print(error)
            return error.exitCode
        }
        if let error = error as? ArgumentParser.ExitCode { return error.rawValue }
        let code = EnvctlCommand.exitCode(for: error)
        let message = EnvctlCommand.fullMessage(for: error)
        guard code != .success else {
            do {
                try Output.line(message)
                return 0
            } catch {
                print(error)
                return error.exitCode
            }
        }
        guard code == .validationFailure else {
            print(ControlError(.failed, String(describing: error)))
            return 1
        }
        Output.errorLine(message.hasPrefix("Error: ") ? "error: " + message.dropFirst(7) : message)
        return 2
    }

    /// `error: what happened` and `hint: what to do` on standard error.
    static func print(_ error: ControlError) {
        let terminal = Terminal.current()
        Output.errorLine(terminal.styled("error:", .red) + " " + error.message)
        if let hint = error.hint { Output.errorLine(terminal.styled("hint:", .bold) + " " + hint) }
    }
}
