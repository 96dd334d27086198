import Environments
import Postgres

/// What is recorded about one clone at AWS.
struct AuroraCloneRow: Sendable, Hashable {
    var environment: EnvironmentID
    var incarnation: Int
    var cluster: String
    var source: AuroraSource
    /// Nil when the clone is gone.
    @Secret var masterPassword: String?
    var hasOwnPassword: Bool
    /// Whether it is counted among its source's clones.
    var isAdmitted: Bool
    var endpoint: String?
    var port: Int
    var status: String
    var statusSince: Timestamp
    var faults: Int
    var startedAt: Timestamp
    var isGone: Bool
    /// The database's clock when it was read.
    var now: Timestamp

    /// The columns in the order of `decode`, for a row named `a`.
    static let columns = """
        a.environment_id, a.incarnation, a.cluster, a.settings, a.master_password, a.password_set,
        a.admitted_at IS NOT NULL, a.endpoint, coalesce(a.port, 5432), a.status, \(EnvironmentRow.time("a.status_since")),
        a.faults, \(EnvironmentRow.time("a.started_at")), a.gone_at IS NOT NULL,
        \(EnvironmentRow.time("clock_timestamp()"))
        """

    static func decode(_ row: PostgresRow, secrets: SecretBox) throws -> AuroraCloneRow {
        let cluster = try row[2].string
        let password = try row[4].orNil?.bytea
        return AuroraCloneRow(
            environment: EnvironmentID(try row[0].string), incarnation: try row[1].int, cluster: cluster,
            source: try AuroraSource(json: try row[3].bytes),
            masterPassword: try password.map { try secrets.open($0, purpose: purpose(cluster)) },
            hasOwnPassword: try row[5].bool, isAdmitted: try row[6].bool, endpoint: try row[7].orNil?.string,
            port: try row[8].int, status: try row[9].string,
            statusSince: Timestamp(microseconds: try row[10].int64), faults: try row[11].int,
            startedAt: Timestamp(microseconds: try row[12].int64), isGone: try row[13].bool,
            now: Timestamp(microseconds: try row[14].int64))
    }

    static func purpose(_ cluster: String) -> String { "aurora \(cluster) master_password" }
}
