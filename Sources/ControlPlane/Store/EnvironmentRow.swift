import DynamoModel
import Environments
import Postgres

/// A record with the claim on it.
struct ClaimedEnvironment: Sendable {
    var record: EnvironmentRecord
    var epoch: Int64
    /// The database's clock when the row was read.
    var now: Timestamp
}

/// How a row of `environments` is read.
enum EnvironmentRow {
    /// The columns in the order of `decode`, for a row named `e`.
    static let columns = """
        e.id, e.name, e.snapshot_id, e.snapshot_name, e.generation, e.incarnation, e.owner, e.labels, e.phase, e.reason,
        e.attempts, \(time("e.next_attempt_at")), \(time("e.created_at")), \(time("e.ready_at")),
        \(time("e.ready_since")), \(time("e.expires_at")), \(time("e.deleted_at")), e.ttl_us, e.port, e.region,
        e.account_id, e.access_key_id, e.secret_access_key, e.role_password, e.has_storage, e.server_pid,
        e.server_start_time, e.cloning_ms, e.sealing_ms, e.starting_ms, e.probing_ms, e.total_ms, e.lease_epoch,
        \(time("clock_timestamp()")), e.host, e.pooled, \(time("e.claimed_at")), e.oldest_incarnation, e.idle_us,
        \(time("e.last_request_at")), \(time("e.hibernated_at")), \(time("e.grace_ends_at")), e.protected_by,
        e.protected_reason, \(time("e.protected_until")), \(time("e.warned_for")), e.storage
        """

    /// A `timestamptz` as whole microseconds since 1970.
    static func time(_ expression: String) -> String { "(extract(epoch from \(expression)) * 1000000)::bigint" }

    static func decode(_ row: PostgresRow, secrets: SecretBox) throws -> ClaimedEnvironment {
        let phaseText = try row[8].string
        guard let phase = Phase(rawValue: phaseText) else {
            throw ControlError(
                .misconfigured, subject: try row[1].string, "the records hold the unknown phase '\(phaseText)'",
                hint: "start the newer envctl that wrote it")
        }
        let id = EnvironmentID(try row[0].string)
        var record = EnvironmentRecord(
            id: id, name: try EnvironmentName(try row[1].string), snapshot: try SnapshotName(try row[3].string),
            snapshotID: SnapshotID(try row[2].string), generation: try row[4].int,
            createdAt: Timestamp(microseconds: try row[12].int64),
            expiresAt: Timestamp(microseconds: try row[15].int64), ttl: .microseconds(try row[17].int64))
        record.incarnation = try row[5].int
        record.owner = try row[6].string
        record.labels = try LabelText.decode(try row[7].bytes)
        record.phase = phase
        record.reason = try row[9].orNil?.string
        record.attempts = try row[10].int
        record.nextAttemptAt = try timestamp(row[11])
        record.readyAt = try timestamp(row[13])
        record.readySince = try timestamp(row[14])
        record.deletedAt = try timestamp(row[16])
        record.port = try row[18].orNil?.int
        record.region = try row[19].string
        record.accountID = try row[20].string
        if let accessKeyID = try row[21].orNil?.string, let secret = try row[22].orNil?.bytea {
            record.credential = EnvironmentCredential(
                accessKeyID: accessKeyID, secretAccessKey: try secrets.open(secret, purpose: credentialPurpose(id)))
        }
        if let password = try row[23].orNil?.bytea {
            record.rolePassword = try secrets.open(password, purpose: rolePurpose(id))
        }
        record.hasStorage = try row[24].bool
        if let pid = try row[25].orNil?.int, let startTime = try row[26].orNil?.int64 {
            record.server = ServerIdentity(pid: Int32(truncatingIfNeeded: pid), startTime: startTime)
        }
        record.timings.cloning = try row[27].orNil?.int64
        record.timings.sealing = try row[28].orNil?.int64
        record.timings.starting = try row[29].orNil?.int64
        record.timings.probing = try row[30].orNil?.int64
        record.timings.total = try row[31].orNil?.int64
        record.host = try row[34].orNil?.string
        record.isPooled = try row[35].bool
        record.claimedAt = try timestamp(row[36])
        record.oldestIncarnation = try row[37].int
        record.idleTimeout = .microseconds(try row[38].int64)
        record.lastRequestAt = try timestamp(row[39])
        record.hibernatedAt = try timestamp(row[40])
        record.graceEndsAt = try timestamp(row[41])
        if let owner = try row[42].orNil?.string {
            record.protection = Protection(
                owner: owner, reason: try row[43].orNil?.string ?? "", until: try timestamp(row[44]))
        }
        record.warnedFor = try timestamp(row[45])
        let storageText = try row[46].string
        guard let storage = StorageKind(rawValue: storageText) else {
            throw ControlError(
                .misconfigured, subject: try row[1].string, "the records hold the unknown storage '\(storageText)'",
                hint: "start the newer envctl that wrote it")
        }
        record.storage = storage
        return ClaimedEnvironment(
            record: record, epoch: try row[32].int64, now: Timestamp(microseconds: try row[33].int64))
    }

    static func timestamp(_ cell: PostgresCell) throws -> Timestamp? {
        try cell.orNil.map { Timestamp(microseconds: try $0.int64) }
    }

    static func credentialPurpose(_ id: EnvironmentID) -> String { "environment \(id) secret_access_key" }
    static func rolePurpose(_ id: EnvironmentID) -> String { "environment \(id) role_password" }
}

/// Labels as a JSON object of strings.
enum LabelText {
    static func encode(_ labels: [String: String]) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        for (name, value) in labels.sorted(by: { $0.key < $1.key }) {
            writer.name(name)
            writer.string(value)
        }
        writer.endObject()
        return writer.bytes
    }

    static func decode(_ bytes: [UInt8]) throws -> [String: String] {
        var labels: [String: String] = [:]
        for member in try JSONValue(parsing: bytes).objectValue ?? [] {
            labels[member.name] = member.value.stringValue
        }
        return labels
    }
}
