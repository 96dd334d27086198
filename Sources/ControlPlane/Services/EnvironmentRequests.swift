package import Environments

/// What a user asks for when cloning.
package struct CloneSpec: Sendable, Hashable {
    package var snapshot: String
    /// nil: a name is made up.
    package var name: String?
    /// nil: the default lifetime.
    package var ttl: Duration?
    /// How long it may go without a request before it is put to sleep; zero: never; nil: as configured.
    package var idle: Duration?
    package var labels: [String: String]
    /// Who asks; free text for the record.
    package var owner: String
    package var whenFull: WhenFull

    package init(
        snapshot: String, name: String? = nil, ttl: Duration? = nil, idle: Duration? = nil,
        labels: [String: String] = [:], owner: String = "", whenFull: WhenFull = .refuse
    ) {
        self.snapshot = snapshot
        self.name = name
        self.ttl = ttl
        self.idle = idle
        self.labels = labels
        self.owner = owner
        self.whenFull = whenFull
    }
}

/// The answer to a clone request.
package struct CloneOutcome: Sendable, Hashable {
    package var record: EnvironmentRecord
    /// False when an environment of that name and snapshot was there already.
    package var created: Bool
}

/// What a client of an environment needs; holds a secret, so never log it.
package struct EnvironmentCredentials: Sendable, Hashable {
    package var endpoint: String
    package var accessKeyID: String
    @Secret package var secretAccessKey: String
    package var region: String
    package var accountID: String
}
