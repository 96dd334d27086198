import Cryptography
package import Environments
package import Logging

/// What the code that runs now was asked to do: one request of the API, or one run of a worker. Every log line that is
/// written meanwhile carries it, and the API answers with it, so that the lines of one cause can be found.
package enum Operation {
    @TaskLocal package static var id: String?
    /// The environment that it is about.
    @TaskLocal package static var environment: Subject?

    package struct Subject: Sendable {
        package var id: EnvironmentID
        package var name: EnvironmentName
    }

    /// 64 random bits.
    package static func makeID() -> String { Hex.encode(SecureRandom.bytes(8)) }

    /// Runs `body` as one operation about an environment.
    static func about<T: Sendable>(_ record: EnvironmentRecord, _ body: () async -> T) async -> T {
        await $id.withValue(makeID()) {
            await $environment.withValue(Subject(id: record.id, name: record.name)) { await body() }
        }
    }

    /// Adds the operation to every line of a logger.
    package static let metadataProvider = Logger.MetadataProvider {
        var metadata: Logger.Metadata = [:]
        if let id { metadata["operation"] = "\(id)" }
        if let environment {
            metadata["environment"] = "\(environment.name)"
            metadata["environment_id"] = "\(environment.id)"
        }
        return metadata
    }
}
