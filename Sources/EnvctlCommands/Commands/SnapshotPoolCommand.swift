package import ArgumentParser
import ControlPlaneAPI
import Environments

extension SnapshotCommand {
    /// `envctl snapshot pool`.
    package struct Pool: AsyncParsableCommand {
        package static let configuration = CommandConfiguration(
            commandName: "pool", abstract: "Show or set the warm pool of a snapshot.",
            discussion: """
                A warm pool holds ready environments that nobody has claimed: a clone takes one and is ready at once. It \
                is refilled in the background, after users' requests and within the limits, and made anew when the \
                snapshot gets a new generation. A clone that finds it empty is made as if there were none.
                """)

        @Argument(help: "The snapshot's name.")
        package var name: String

        @Option(name: .long, help: "How many environments are kept ready; 0 turns the pool off.")
        package var size: Int?

        @Flag(name: .customLong("default"), help: "Go back to the configured size ($ENVCTL_POOL_SIZE, else 2).")
        package var preset = false

        @Flag(name: .long, help: "Return when the pool is full; fail with the cause when a refill fails.")
        package var wait = false

        @Option(name: .long, help: "How long to wait for it to be full.")
        package var timeout = "5m"

        @OptionGroup package var options: GlobalOptions

        package init() {}

        package func validate() throws {
            if preset, size != nil { throw ValidationError("give --size or --default, not both") }
        }

        package func run() async throws {
            let name = try SnapshotName(argument: name)
            let context = try CommandContext(options)
            let client = try context.client()
            let limit = try seconds(timeout)
            var pool =
                size != nil || preset
                ? try await client.setPool(of: name, size: size) : try await client.pool(of: name)
            if wait { pool = try await full(name, client, seconds: limit) }
            try context.emit(pool, text: PoolView.details(pool))
        }

        /// Asks in calls short enough that the server can be restarted meanwhile.
        private func full(
            _ name: SnapshotName, _ client: APIClient, seconds: Int
        ) async throws(ControlError) -> PoolResource {
            let began = ContinuousClock.now
            while true {
                let left = seconds - Int(began.duration(to: .now).wholeSeconds)
                let pool = try await client.waitForPool(of: name, seconds: max(0, min(left, 20)))
                if pool.ready >= pool.size { return pool }
                guard left > 0 else {
                    throw ControlError(
                        .timeout, subject: name.text,
                        "the warm pool of '\(name)' holds \(pool.ready) of \(pool.size) after "
                            + Quantities.duration(seconds: seconds) + (pool.held.map { ": \($0)" } ?? ""),
                        hint: "go on waiting: envctl snapshot pool \(name) --wait")
                }
            }
        }
    }
}
