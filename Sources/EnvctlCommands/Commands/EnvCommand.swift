package import ArgumentParser
import Environments

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// `envctl env`.
package struct EnvCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "env", abstract: "Print the variables that point AWS SDKs and the AWS CLI at an environment.",
        discussion: """
            shell: eval "$(envctl env pr-42)". dotenv: for a .env file. json: an object. github: appends to the file \
            named by GITHUB_ENV, for the following steps of a GitHub Actions job, and masks the secret in its log.
            """)

    package enum Format: String, ExpressibleByArgument, CaseIterable, Sendable {
        case shell, dotenv, json, github
    }

    @Argument(help: "The environment's name.")
    package var name: String

    @Option(name: .long, help: "How to write them.")
    package var format: Format?

    @OptionGroup package var options: GlobalOptions

    package init() {}

    package func run() async throws {
        let name = try EnvironmentName(argument: name)
        let context = try CommandContext(options)
        let client = try context.client()
        let variables = ClientVariables(
            try await client.credentials(of: name), authority: client.target.authority)
        switch format ?? (context.format == .json ? .json : .shell) {
        case .shell: try Output.line(variables.shell)
        case .dotenv: try Output.line(variables.dotenv)
        case .json: try Output.line(try context.json(variables.dictionary))
        case .github:
            let path = try Self.gitHubFile()
            // Masked before anything can print it.
            try Output.line(variables.gitHubMask)
            try append(variables.gitHubFile, to: path)
        }
    }

    private static func gitHubFile() throws(ControlError) -> String {
        guard let path = Environment.value("GITHUB_ENV"), !path.isEmpty else {
            throw ControlError(
                .misconfigured, subject: "GITHUB_ENV", "GITHUB_ENV is not set",
                hint: "--format github is for a step of a GitHub Actions job; elsewhere use shell or dotenv")
        }
        return path
    }

    private func append(_ text: String, to path: String) throws(ControlError) {
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        let written =
            descriptor >= 0
            && Array(text.utf8).withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) } == text.utf8.count
        let closed = descriptor >= 0 && close(descriptor) == 0
        guard written, closed else {
            throw ControlError(.failed, subject: path, "cannot append to \(path): \(String(cString: strerror(errno)))")
        }
    }
}
