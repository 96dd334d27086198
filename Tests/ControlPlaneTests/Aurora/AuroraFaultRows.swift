import Environments
import SimulatedRDS

/// The faults of the table in docs/aurora.md.
struct AuroraFaultRow: Sendable {
    var name: String
    var prepare: @Sendable (inout SimulatedRegion) -> Void = { _ in }
    var others = AuroraLifeOnRecord.Interference()
    /// Whether the environment becomes ready all the same.
    var isMade = true

    private static let restore = "RestoreDBClusterToPointInTime"

    /// - Parameter times: requests; the client sends a call three times.
    private static func refused(
        _ name: String, _ action: String, _ kind: AuroraFault.Kind, _ code: String, _ message: String,
        times: Int = 1, isMade: Bool = true
    ) -> AuroraFaultRow {
        AuroraFaultRow(
            name: name,
            prepare: {
                $0.accidents = [.init(.refused(kind, code: code, message: message), of: action, times: times)]
            }, isMade: isMade)
    }

    private static func lost(_ action: String) -> AuroraFaultRow {
        AuroraFaultRow(
            name: "the answer to `\(action)` is lost, three times in a row",
            prepare: { $0.accidents = [.init(.lostReply, of: action, times: 3)] })
    }

    /// An undisturbed life, against which the others are shown.
    static let none = AuroraFaultRow(name: "none")

    static let all: [AuroraFaultRow] = [
        refused("throttled, six requests long", "DescribeDBClusters", .retry, "Throttling", "rate", times: 6),
        refused("an error of AWS's own (500)", restore, .retry, "InternalFailure", "sorry", times: 4),
        refused("unavailable (503)", "CreateDBInstance", .retry, "ServiceUnavailable", "sorry", times: 4),
        lost(restore), lost("CreateDBInstance"), lost("ModifyDBCluster"), lost("DeleteDBInstance"),
        lost("DeleteDBCluster"),
        refused(
            "the quota of clusters, at three looks", restore, .quota, "DBClusterQuotaExceededFault", "40 clusters",
            times: 3),
        refused(
            "the quota of instances, at three looks", "CreateDBInstance", .quota, "InstanceQuotaExceeded",
            "40 instances", times: 3),
        AuroraFaultRow(
            name: "fifteen clones of others", prepare: { $0.addClonesOfOthers(15) }, isMade: false),
        refused(
            "no capacity for the volume, at three looks", restore, .capacity, "InsufficientStorageClusterCapacity",
            "none left", times: 3),
        refused(
            "no capacity for the instance, at three looks", "CreateDBInstance", .capacity,
            "InsufficientDBInstanceCapacity", "none left", times: 3),
        AuroraFaultRow(name: "an unknown status after every call", prepare: { $0.faults.oddStatus = 1 }),
        AuroraFaultRow(
            name: "the volume cannot be cloned", prepare: { $0.faults.cloningFailed = 1 }, isMade: false),
        AuroraFaultRow(name: "the instance fails", prepare: { $0.faults.instanceFailed = 1 }, isMade: false),
        refused(
            "access denied", restore, .identity, "AccessDenied", "not authorized to perform: rds:\(restore)",
            isMade: false),
        refused(
            "the session token has expired, and there are new credentials", "DescribeDBClusters", .identity,
            "ExpiredToken", "the security token is expired"),
        refused(
            "the session token has expired, and there are none", "DescribeDBClusters", .identity, "ExpiredToken",
            "the security token is expired", times: 2, isMade: false),
        refused(
            "the subnet group is missing", restore, .configuration, "DBSubnetGroupNotFoundFault",
            "there is no group production", isMade: false),
        refused(
            "the KMS key cannot be used", restore, .configuration, "KMSKeyNotAccessibleFault",
            "the key is disabled", isMade: false),
        AuroraFaultRow(name: "lists name everything twice", prepare: { $0.faults.duplicates = 1 }),
        AuroraFaultRow(name: "lists are some calls old, two of three", prepare: { $0.faults.staleList = 0.67 }),
        AuroraFaultRow(
            name: "somebody deletes the clone while it is made",
            others: .init(on: .available, during: { $0.deleteByHand($1) })),
        AuroraFaultRow(name: "the clone is stopped when it is deleted", others: .init(last: { $0.stop($1) })),
        AuroraFaultRow(name: "the clone is protected when it is deleted", others: .init(last: { $0.protect($1) })),
        AuroraFaultRow(
            name: "somebody has begun to delete the clone", others: .init(last: { $0.deleteByHand($1) })),
        AuroraFaultRow(name: "a deletion that takes hours", prepare: { $0.faults.stuckDeleting = 1 }),
    ]
}
