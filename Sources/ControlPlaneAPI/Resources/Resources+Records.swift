package import ControlPlane
package import Environments

/// From what is recorded to what the API shows.
extension EnvironmentResource {
    /// - Parameter deadline: when it expires, which its ttl alone does not say.
    package init(_ record: EnvironmentRecord, endpoint: String?, deadline: Timestamp, created: Bool? = nil) {
        self.init(
            id: record.id.text, name: record.name.text, snapshot: record.snapshot.text, generation: record.generation,
            phase: record.phase.rawValue, reason: record.reason, endpoint: endpoint,
            region: record.region.isEmpty ? nil : record.region, port: record.port,
            accountId: record.accountID.isEmpty ? nil : record.accountID, accessKeyId: record.credential?.accessKeyID,
            createdAt: record.createdAt.description, claimedAt: record.claimedAt?.description,
            readyAt: record.readyAt?.description,
            expiresAt: deadline.description, ttlSeconds: Int(record.ttl.wholeSeconds), labels: record.labels,
            attempts: record.attempts, timings: TimingsResource(record.timings),
            pid: record.server.map { Int($0.pid) },
            database: record.hasStorage && record.storage == .template ? record.database : nil,
            role: record.hasStorage ? record.role : nil, created: created)
        storage = record.storage.rawValue
        idleSeconds = Int(record.idleTimeout.wholeSeconds)
        lastRequestAt = record.lastRequestAt?.description
        hibernatedAt = record.hibernatedAt?.description
        graceEndsAt = record.graceEndsAt?.description
        protection = record.protection.map {
            ProtectionResource(owner: $0.owner, reason: $0.reason, until: $0.until?.description)
        }
    }
}

extension TimingsResource {
    package init(_ timings: PhaseTimings) {
        self.init(
            cloningMs: timings.cloning.map(Int.init), sealingMs: timings.sealing.map(Int.init),
            startingMs: timings.starting.map(Int.init), probingMs: timings.probing.map(Int.init),
            totalMs: timings.total.map(Int.init))
    }
}

extension CredentialsResource {
    package init(_ credentials: EnvironmentCredentials) {
        self.init(
            endpoint: credentials.endpoint, accessKeyId: credentials.accessKeyID,
            secretAccessKey: credentials.secretAccessKey, region: credentials.region,
            accountId: credentials.accountID)
    }
}

extension SnapshotResource {
    package init(_ record: SnapshotRecord) {
        self.init(
            id: record.id.text, name: record.name.text, state: record.state.rawValue, reason: record.reason,
            generation: record.generation, createdAt: record.createdAt.description,
            tables: record.tables.map {
                SnapshotTableResource(name: $0.name, items: Int($0.items), bytes: Int($0.bytes))
            },
            progress: record.state == .importing ? ProgressResource(record.progress) : nil,
            accountId: record.accountID.isEmpty ? nil : record.accountID,
            region: record.region.isEmpty ? nil : record.region,
            database: record.aurora == nil ? record.database : nil)
        currentGeneration = record.current
        aurora = record.aurora.map(AuroraResource.init)
    }
}

extension ProgressResource {
    package init(_ progress: SnapshotProgress) {
        self.init(
            itemsDone: Int(progress.itemsDone), itemsTotal: Int(progress.itemsTotal),
            bytesDone: Int(progress.bytesDone), bytesTotal: Int(progress.bytesTotal),
            itemsPerSecond: progress.itemsPerSecond)
    }
}

extension StatusResource {
    package init(_ status: ControlPlaneStatus) {
        self.init(
            version: status.version, installation: status.installation, ready: status.isReady, reason: status.reason,
            pid: Int(status.pid), startedAt: status.startedAt?.description, stateDirectory: status.stateDirectory,
            database: status.database.map {
                DatabaseResource(kind: $0.kind, address: $0.address, version: $0.version)
            },
            environments: Dictionary(uniqueKeysWithValues: status.environments.map { ($0.key.rawValue, $0.value) }),
            snapshots: status.snapshots, portsInUse: status.portsInUse, portsTotal: status.portsTotal,
            pools: status.pools.map(PoolResource.init))
    }
}

extension CheckResource {
    package init(_ check: DoctorCheck) {
        self.init(name: check.name, severity: check.severity.rawValue, detail: check.detail, hint: check.hint)
    }
}

extension Problem {
    /// The error with the HTTP status that fits its code.
    package init(_ error: ControlError) {
        let (status, title): (Int, String) =
            switch error.code {
            case .invalidRequest: (400, "Invalid request")
            case .unauthorized: (401, "No valid token")
            case .forbidden: (403, "Not allowed")
            case .throttled: (429, "Too many wrong tokens")
            case .notFound: (404, "Not found")
            case .timeout: (504, "Timed out")
            case .conflict: (409, "Conflict")
            case .quota: (429, "Quota exceeded")
            case .capacity: (507, "No capacity left")
            case .unavailable: (503, "Unavailable")
            case .portInUse, .cancelled, .misconfigured, .failed: (500, "Failed")
            }
        self.init(title: title, status: status, detail: error.message, code: error.code.rawValue, hint: error.hint)
    }
}
