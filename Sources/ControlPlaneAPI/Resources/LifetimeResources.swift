package import Environments

/// Body of `POST /v1/environments/{name}/extend`: the deadline becomes now + `ttlSeconds`.
package struct ExtendEnvironmentBody: RequestBody, Codable, Sendable, Equatable {
    enum CodingKeys: CodingKey, CaseIterable { case ttlSeconds }

    package var ttlSeconds: Int

    package init(ttlSeconds: Int) {
        self.ttlSeconds = ttlSeconds
    }
}

/// Body of `POST /v1/environments/{name}/restore`.
package struct RestoreEnvironmentBody: RequestBody, Codable, Sendable, Equatable {
    enum CodingKeys: CodingKey, CaseIterable { case ttlSeconds }

    /// Absent: as long as was asked for last.
    package var ttlSeconds: Int?

    package init(ttlSeconds: Int? = nil) {
        self.ttlSeconds = ttlSeconds
    }
}

/// Body of `POST /v1/environments/{name}/protect`.
package struct ProtectEnvironmentBody: RequestBody, Codable, Sendable, Equatable {
    enum CodingKeys: CodingKey, CaseIterable { case reason, seconds }

    package var reason: String
    /// Absent: until it is lifted.
    package var seconds: Int?

    package init(reason: String, seconds: Int? = nil) {
        self.reason = reason
        self.seconds = seconds
    }
}

/// Body of `POST /v1/environments/{name}/holders` and, without a purpose, of `PUT …/holders/{id}`.
package struct HolderBody: RequestBody, Codable, Sendable, Equatable {
    enum CodingKeys: CodingKey, CaseIterable { case purpose, ttlSeconds }

    /// What uses it, for people.
    package var purpose: String?
    /// How long the hold lasts unless it is renewed; absent: the control plane's default.
    package var ttlSeconds: Int?

    package init(purpose: String? = nil, ttlSeconds: Int? = nil) {
        self.purpose = purpose
        self.ttlSeconds = ttlSeconds
    }
}

/// Something that uses an environment.
package struct HolderResource: Codable, Sendable, Equatable {
    package var id: String
    package var purpose: String
    package var owner: String
    package var createdAt: String
    package var expiresAt: String

    package init(_ holder: Holder) {
        id = holder.id
        purpose = holder.purpose
        owner = holder.owner
        createdAt = holder.createdAt.description
        expiresAt = holder.expiresAt.description
    }
}

/// What will become of an environment, why, and how to change it.
package struct WhyResource: Codable, Sendable, Equatable {
    /// Something that will happen unless something changes.
    package struct Step: Codable, Sendable, Equatable {
        /// `warn`, `hibernate`, `expire` or `delete`.
        package var action: String
        package var at: String
        package var because: String
    }

    /// A command that changes it.
    package struct Remedy: Codable, Sendable, Equatable {
        package var command: String
        package var effect: String
    }

    package var name: String
    package var phase: String
    /// What decides now, by a stable word.
    package var situation: String
    package var summary: String
    package var next: [Step]
    package var holders: [HolderResource]
    package var remedies: [Remedy]

    package init(_ record: EnvironmentRecord, _ holders: [Holder], _ why: LifetimeExplanation) {
        name = record.name.text
        phase = record.phase.rawValue
        situation = why.situation.rawValue
        summary = why.summary
        next = why.next.map { Step(action: $0.action.code, at: $0.at.description, because: $0.because) }
        self.holders = holders.map(HolderResource.init)
        remedies = why.remedies.map { Remedy(command: $0.command, effect: $0.effect) }
    }
}
