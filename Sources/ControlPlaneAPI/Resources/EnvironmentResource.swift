/// An environment as the HTTP API and `--output json` show it. Its keys are API.
///
/// Times are RFC 3339 in UTC, durations are whole seconds or milliseconds as the name says. The secret access key is
/// never part of it: see ``CredentialsResource``.
package struct EnvironmentResource: Codable, Sendable, Equatable {
    package var id: String
    package var name: String
    package var snapshot: String
    /// The generation of the snapshot that the environment was cloned from.
    package var generation: Int
    /// The phase of its life, by its recorded name, e.g. `ready`.
    package var phase: String
    /// Why it failed, or what it last tried in vain; absent when there is nothing to say.
    package var reason: String?
    package var endpoint: String?
    package var region: String?
    package var port: Int?
    package var accountId: String?
    package var accessKeyId: String?
    package var createdAt: String
    /// When it was handed out of the warm pool; absent when it was made for the request.
    package var claimedAt: String?
    package var readyAt: String?
    /// When it expires: at the end of its ttl, at its maximum age if that comes first, or when its protection ends if that
    /// comes later. While it is protected until that is lifted, the end of its ttl.
    package var expiresAt: String?
    package var ttlSeconds: Int
    /// How long it may go without a request before it is put to sleep; 0: for ever.
    package var idleSeconds: Int?
    /// The last request that is known; brought up to date when one environment is asked for.
    package var lastRequestAt: String?
    /// Since when it sleeps.
    package var hibernatedAt: String?
    /// When what expired is deleted.
    package var graceEndsAt: String?
    package var protection: ProtectionResource?
    /// How many commands and sessions use it now; only where one environment is asked for.
    package var holders: Int?
    package var labels: [String: String]
    /// How often the step at hand has been tried.
    package var attempts: Int
    package var timings: TimingsResource
    package var pid: Int?
    package var database: String?
    package var role: String?
    /// How its copy is made: `template` or `aurora`.
    package var storage: String?
    /// What it costs at AWS, where prices are configured; only where one environment is asked for.
    package var cost: CostResource?
    /// Where it stands while it waits for room.
    package var queue: QueuePlaceResource?
    /// In the answer to a creation alone: whether this call made it.
    package var created: Bool?

    package init(
        id: String, name: String, snapshot: String, generation: Int, phase: String, reason: String? = nil,
        endpoint: String? = nil, region: String? = nil, port: Int? = nil, accountId: String? = nil,
        accessKeyId: String? = nil, createdAt: String, claimedAt: String? = nil, readyAt: String? = nil,
        expiresAt: String? = nil,
        ttlSeconds: Int, labels: [String: String] = [:], attempts: Int = 0, timings: TimingsResource = .init(),
        pid: Int? = nil, database: String? = nil, role: String? = nil, created: Bool? = nil
    ) {
        self.id = id
        self.name = name
        self.snapshot = snapshot
        self.generation = generation
        self.phase = phase
        self.reason = reason
        self.endpoint = endpoint
        self.region = region
        self.port = port
        self.accountId = accountId
        self.accessKeyId = accessKeyId
        self.createdAt = createdAt
        self.claimedAt = claimedAt
        self.readyAt = readyAt
        self.expiresAt = expiresAt
        self.ttlSeconds = ttlSeconds
        self.labels = labels
        self.attempts = attempts
        self.timings = timings
        self.pid = pid
        self.database = database
        self.role = role
        self.created = created
    }
}

/// Who keeps an environment from expiring and from being deleted, and why.
package struct ProtectionResource: Codable, Sendable, Equatable {
    package var owner: String
    package var reason: String
    /// Absent: until it is lifted.
    package var until: String?

    package init(owner: String, reason: String, until: String? = nil) {
        self.owner = owner
        self.reason = reason
        self.until = until
    }
}

/// What each phase of a creation took, in milliseconds; a phase that was not reached is absent.
package struct TimingsResource: Codable, Sendable, Equatable {
    package var cloningMs: Int?
    package var sealingMs: Int?
    package var startingMs: Int?
    package var probingMs: Int?
    /// From the request to `ready`; of one from the warm pool, what claiming it took.
    package var totalMs: Int?

    package init(
        cloningMs: Int? = nil, sealingMs: Int? = nil, startingMs: Int? = nil, probingMs: Int? = nil,
        totalMs: Int? = nil
    ) {
        self.cloningMs = cloningMs
        self.sealingMs = sealingMs
        self.startingMs = startingMs
        self.probingMs = probingMs
        self.totalMs = totalMs
    }
}

/// What a client needs to talk to an environment, the secret included: asked for by itself, so that lists, events and
/// logs never carry it.
package struct CredentialsResource: Codable, Sendable, Equatable {
    package var endpoint: String
    package var accessKeyId: String
    package var secretAccessKey: String
    package var region: String
    package var accountId: String

    package init(endpoint: String, accessKeyId: String, secretAccessKey: String, region: String, accountId: String) {
        self.endpoint = endpoint
        self.accessKeyId = accessKeyId
        self.secretAccessKey = secretAccessKey
        self.region = region
        self.accountId = accountId
    }
}

/// A page of anything, under one key, so that members can be added beside it.
package struct ListResource<Element: Codable & Sendable & Equatable>: Codable, Sendable, Equatable {
    package var items: [Element]

    package init(items: [Element]) {
        self.items = items
    }
}
