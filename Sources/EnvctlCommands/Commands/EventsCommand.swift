package import ArgumentParser
package import ControlPlaneAPI
package import Environments

/// `envctl events`.
package struct EventsCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "events", abstract: "Print what happened, oldest first, and who wanted it.",
        discussion: """
            With a name, the whole history of that environment or snapshot; without one, the newest events of all. With \
            --follow it then prints each event as it happens, until it is interrupted; a lost connection is taken up \
            again behind the last event.
            """)

    @Argument(help: "The environment's or snapshot's name (default: all).")
    package var name: String?

    @Flag(name: [.long, .short], help: "Go on with what happens from now on.")
    package var follow = false

    @Option(name: .long, help: "Only events of this kind, e.g. ready or claimed; may be given several times.")
    package var kind: [String] = []

    @Option(name: .long, help: "Without a name or with --follow: how many of the newest to begin with.")
    package var limit = 100

    @OptionGroup package var options: GlobalOptions

    package init() {}

    package func validate() throws {
        guard (1...1_000).contains(limit) else { throw ValidationError("--limit must be between 1 and 1000") }
    }

    package func run() async throws {
        // Of a snapshot perhaps, whose names follow the same rule.
        let name = try name.map { try EnvironmentName(argument: $0) }
        let context = try CommandContext(options)
        let client = try context.client()
        let selection = EventSelection(name: name?.text, kinds: kind)
        guard follow else {
            let events: [EventResource]
            if let name {
                events = try await history(of: name, client).filter { kind.isEmpty || kind.contains($0.kind) }
            } else {
                events = try await client.events(selection, limit: limit).items
            }
            return try context.emit(ListResource(items: events), text: context.environmentView.events(events))
        }
        let recent = try await client.events(selection, limit: limit)
        let lines = EventLines(format: context.format)
        for event in recent.items { guard try lines.print(event) else { return } }
        try await APIClient.follow(selection, after: recent.next) { () throws(ControlError) in
            try context.client()
        } onTrouble: { trouble in
            context.note("\(trouble.message); trying again")
        } onEvent: { event throws(ControlError) in
            try lines.print(event)
        }
    }

    /// Of the environment of that name, and if there never was one, of the snapshot.
    private func history(of name: EnvironmentName, _ client: APIClient) async throws(ControlError) -> [EventResource] {
        do {
            return try await client.events(of: name)
        } catch  where error.code == .notFound {
            guard let events = try? await client.events(ofSnapshot: SnapshotName(name.text)) else { throw error }
            return events
        }
    }
}

/// Events one by one, as they come: a line of text or a line of JSON each.
package struct EventLines: Sendable {
    package var format: OutputFormat

    package init(format: OutputFormat) {
        self.format = format
    }

    /// - Returns: false when nobody reads it any more.
    package func print(_ event: EventResource) throws(ControlError) -> Bool {
        try Output.line(text(event))
    }

    package func text(_ event: EventResource) -> String {
        if format == .json, let bytes = try? APICoding.encode(event) { return String(decoding: bytes, as: UTF8.self) }
        let who = event.actor.map { " (\($0))" } ?? ""
        return "\(event.at)  \(event.name ?? "-")  \(event.kind)  \(event.message)\(who)"
    }
}
