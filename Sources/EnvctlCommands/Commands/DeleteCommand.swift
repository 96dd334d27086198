package import ArgumentParser
import ControlPlaneAPI
import Environments

/// `envctl delete`.
package struct DeleteCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete environments now.",
        discussion: """
            Returns when server, database, role and port are really gone. There is no grace: what is deleted cannot be \
            restored. A protected one is refused.
            """, aliases: ["rm"])

    @Argument(help: "The environments' names.")
    package var names: [String]

    @Flag(name: .long, help: "Return as soon as the deletion is recorded.")
    package var noWait = false

    @Option(name: .long, help: "How long to wait for each to be gone.")
    package var timeout = "2m"

    @OptionGroup package var options: GlobalOptions

    package init() {}

    package func run() async throws {
        // All of them before the first is deleted.
        let names = try names.map { try EnvironmentName(argument: $0) }
        let context = try CommandContext(options)
        let client = try context.client()
        let limit = noWait ? 0 : try seconds(timeout)
        // Side by side: each waits for a server to end and a database to be dropped.
        let outcomes = await withTaskGroup(of: (Int, Result<EnvironmentResource, ControlError>).self) { group in
            for (position, name) in names.enumerated() {
                group.addTask {
                    do throws(ControlError) {
                        return (position, .success(try await client.deleteEnvironment(name, waitSeconds: limit)))
                    } catch {
                        return (position, .failure(error))
                    }
                }
            }
            return await group.reduce(into: [(Int, Result<EnvironmentResource, ControlError>)]()) { $0.append($1) }
                .sorted { $0.0 < $1.0 }.map(\.1)
        }
        // One that cannot be deleted keeps no other one alive; the command fails with the first that could not.
        let deleted = outcomes.compactMap { try? $0.get() }
        let failures = outcomes.compactMap { outcome -> ControlError? in
            guard case .failure(let error) = outcome else { return nil }
            return error
        }
        for failure in failures { EnvctlProgram.print(failure) }
        if !deleted.isEmpty {
            try context.emit(
                ListResource(items: deleted),
                text: deleted.map { environment in
                    environment.phase == Phase.deleted.rawValue
                        ? "\(environment.name) is deleted" : "\(environment.name) is being deleted"
                }.joined(separator: "\n"))
        }
        if let first = failures.first { throw ArgumentParser.ExitCode(first.exitCode) }
    }
}
