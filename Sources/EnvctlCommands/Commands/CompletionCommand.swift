package import ArgumentParser

/// `envctl completion`.
package struct CompletionCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "completion", abstract: "Print the completion script of a shell.",
        discussion: "bash: source <(envctl completion bash)")

    package enum Shell: String, ExpressibleByArgument, CaseIterable, Sendable {
        case bash, zsh, fish
    }

    @Argument(help: "The shell.")
    package var shell: Shell

    package init() {}

    package func run() throws {
        let completion: CompletionShell =
            switch shell {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        try Output.line(EnvctlCommand.completionScript(for: completion))
    }
}
