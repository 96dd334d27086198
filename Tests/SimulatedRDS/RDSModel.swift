/// The actions that the fault server knows, with every parameter that it takes. What is not here is refused, so a
/// client that begins to send more has to be looked at.
package enum RDSModel {
    package static let version = "2014-10-31"

    package static let actions: [String: RequestShape] = [
        "DescribeDBClusters": listing(["DBClusterIdentifier": .text, "IncludeShared": .boolean]),
        "DescribeDBInstances": listing(["DBInstanceIdentifier": .text]),
        "DescribeDBSubnetGroups": listing(["DBSubnetGroupName": .text]),
        "DescribeDBClusterParameterGroups": listing(["DBClusterParameterGroupName": .text]),
        "RestoreDBClusterToPointInTime": .structure(
            [
                "DBClusterIdentifier": .text, "SourceDBClusterIdentifier": .text, "RestoreType": .text,
                "UseLatestRestorableTime": .boolean, "DBSubnetGroupName": .text,
                "VpcSecurityGroupIds": .list(element: "VpcSecurityGroupId", .text),
                "DBClusterParameterGroupName": .text, "DeletionProtection": .boolean,
                "BackupRetentionPeriod": .integer, "ServerlessV2ScalingConfiguration": scaling, "Tags": tags,
            ], required: ["DBClusterIdentifier"]),
        "CreateDBInstance": .structure(
            [
                "DBInstanceIdentifier": .text, "DBInstanceClass": .text, "Engine": .text,
                "DBClusterIdentifier": .text, "DBParameterGroupName": .text, "PubliclyAccessible": .boolean,
                "AutoMinorVersionUpgrade": .boolean, "Tags": tags,
            ], required: ["DBInstanceIdentifier", "DBInstanceClass", "Engine"]),
        "ModifyDBCluster": .structure(
            [
                "DBClusterIdentifier": .text, "ApplyImmediately": .boolean, "MasterUserPassword": .text,
                "DeletionProtection": .boolean,
            ], required: ["DBClusterIdentifier"]),
        "StartDBCluster": .structure(["DBClusterIdentifier": .text], required: ["DBClusterIdentifier"]),
        "StopDBCluster": .structure(["DBClusterIdentifier": .text], required: ["DBClusterIdentifier"]),
        "DeleteDBInstance": .structure(
            [
                "DBInstanceIdentifier": .text, "SkipFinalSnapshot": .boolean, "FinalDBSnapshotIdentifier": .text,
                "DeleteAutomatedBackups": .boolean,
            ], required: ["DBInstanceIdentifier"]),
        "DeleteDBCluster": .structure(
            [
                "DBClusterIdentifier": .text, "SkipFinalSnapshot": .boolean, "FinalDBSnapshotIdentifier": .text,
                "DeleteAutomatedBackups": .boolean,
            ], required: ["DBClusterIdentifier"]),
    ]

    private static func listing(_ own: [String: RequestShape]) -> RequestShape {
        var members = own
        members["MaxRecords"] = .integer
        members["Marker"] = .text
        members["Filters"] = .list(
            element: "Filter",
            .structure(["Name": .text, "Values": .list(element: "Value", .text)], required: ["Name", "Values"]))
        return .structure(members)
    }

    private static let tags = RequestShape.list(element: "Tag", .structure(["Key": .text, "Value": .text]))
    private static let scaling = RequestShape.structure([
        "MinCapacity": .number, "MaxCapacity": .number, "SecondsUntilAutoPause": .integer,
    ])

    /// HTTP statuses by code, for the codes that have another than 400.
    package static let statuses: [String: Int] = [
        "DBClusterNotFoundFault": 404, "DBInstanceNotFound": 404, "DBSubnetGroupNotFoundFault": 404,
        "DBClusterParameterGroupNotFound": 404, "DBParameterGroupNotFound": 404, "OptionGroupNotFoundFault": 404,
        "DBClusterSnapshotNotFoundFault": 404, "DBClusterAutomatedBackupNotFoundFault": 404, "DomainNotFoundFault": 404,
        "AuthorizationNotFound": 404, "BackupPolicyNotFoundFault": 404, "CertificateNotFound": 404,
        "DBSecurityGroupNotFound": 404,
        "DBClusterQuotaExceededFault": 403, "InsufficientDBClusterCapacityFault": 403,
        // "Common Errors" of the API reference.
        "InternalFailure": 500, "ServiceUnavailable": 503, "AccessDenied": 403, "ExpiredToken": 403,
        "IncompleteSignature": 403, "InvalidClientTokenId": 403, "SignatureDoesNotMatch": 403,
        "MissingAuthenticationToken": 403,
    ]
}
