package import ArgumentParser
package import ControlPlaneAPI

/// `envctl status`.
package struct StatusCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Say whether the control plane runs, and what it holds.")

    @OptionGroup package var options: GlobalOptions

    package init() {}

    package func run() async throws {
        let context = try CommandContext(options)
        let client = try context.client()
        let status = try await client.status()
        try context.emit(status, text: StatusView.text(status, url: client.target.url))
    }
}

/// How the state of the control plane reads to people.
package enum StatusView {
    package static func text(_ status: StatusResource, url: String) -> String {
        var fields = FieldList()
        fields.add("control plane", "\(status.ready ? "ready" : "not ready") at \(url)")
        fields.add("reason", status.reason)
        fields.add("version", status.version)
        fields.add("process", String(status.pid))
        fields.add("started", status.startedAt)
        fields.add("state", status.stateDirectory)
        fields.add(
            "database", status.database.map { "PostgreSQL \($0.version), \($0.kind), \($0.address)" })
        fields.add("snapshots", String(status.snapshots))
        let phases = status.environments.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        fields.add("environments", phases.isEmpty ? "none" : phases.joined(separator: ", "))
        for pool in status.pools { fields.add("warm pool of \(pool.snapshot)", PoolView.line(pool)) }
        fields.add("ports", "\(status.portsInUse) of \(status.portsTotal) in use")
        return fields.render()
    }
}
