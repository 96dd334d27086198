/// The members of requests that change or describe something other than items, as the service's model has them.
extension RequestShape {
    static let tagList = RequestShape.list(.structure("Tag", ["Key": .string, "Value": .string]))
    static let projection = RequestShape.structure(
        "Projection", ["ProjectionType": .string, "NonKeyAttributes": .list(.string)])
    static let onDemandThroughput = RequestShape.structure(
        "OnDemandThroughput", ["MaxReadRequestUnits": .long, "MaxWriteRequestUnits": .long])
    static let warmThroughput = RequestShape.structure(
        "WarmThroughput", ["ReadUnitsPerSecond": .long, "WriteUnitsPerSecond": .long])
    static let attributeDefinitions = RequestShape.list(
        .structure("AttributeDefinition", ["AttributeName": .string, "AttributeType": .string]))
    static let streamSpecification = RequestShape.structure(
        "StreamSpecification", ["StreamEnabled": .bool, "StreamViewType": .string])
    static let sseSpecification = RequestShape.structure(
        "SSESpecification", ["Enabled": .bool, "SSEType": .string, "KMSMasterKeyId": .string])

    private static let indexUpdates = RequestShape.list(
        .structure(
            "GlobalSecondaryIndexUpdate",
            [
                "Update": .structure(
                    "UpdateGlobalSecondaryIndexAction",
                    [
                        "IndexName": .string, "ProvisionedThroughput": throughput,
                        "OnDemandThroughput": onDemandThroughput, "WarmThroughput": warmThroughput,
                    ]),
                "Create": .structure(
                    "CreateGlobalSecondaryIndexAction",
                    [
                        "IndexName": .string, "KeySchema": keySchema, "Projection": projection,
                        "ProvisionedThroughput": throughput, "OnDemandThroughput": onDemandThroughput,
                        "WarmThroughput": warmThroughput,
                    ]),
                "Delete": .structure("DeleteGlobalSecondaryIndexAction", ["IndexName": .string]),
            ]))

    private static func replicaAction(_ name: String) -> RequestShape {
        .structure(
            name,
            [
                "RegionName": .string, "KMSMasterKeyId": .string, "TableClassOverride": .string,
                "ProvisionedThroughputOverride": .structure(
                    "ProvisionedThroughputOverride", ["ReadCapacityUnits": .long]),
            ])
    }

    private static let updateTable: [String: RequestShape] = [
        "TableName": .string, "AttributeDefinitions": attributeDefinitions, "BillingMode": .string,
        "ProvisionedThroughput": throughput, "GlobalSecondaryIndexUpdates": indexUpdates,
        "StreamSpecification": streamSpecification, "SSESpecification": sseSpecification,
        "TableClass": .string, "DeletionProtectionEnabled": .bool, "MultiRegionConsistency": .string,
        "GlobalTableSettingsReplicationMode": .string, "OnDemandThroughput": onDemandThroughput,
        "WarmThroughput": warmThroughput,
        "ReplicaUpdates": .list(
            .structure(
                "ReplicationGroupUpdate",
                [
                    "Create": replicaAction("CreateReplicationGroupMemberAction"),
                    "Update": replicaAction("UpdateReplicationGroupMemberAction"),
                    "Delete": replicaAction("DeleteReplicationGroupMemberAction"),
                ])),
    ]

    /// Empty for an operation of another kind.
    static func controlMembers(of operation: Operation) -> [String: RequestShape] {
        switch operation {
        case .tagResource: ["ResourceArn": .string, "Tags": tagList]
        case .untagResource: ["ResourceArn": .string, "TagKeys": .list(.string)]
        case .listTagsOfResource: ["ResourceArn": .string, "NextToken": .string]
        case .updateTable: updateTable
        default: oneTable.merging(otherMembers(of: operation)) { $1 }
        }
    }

    private static let oneTable: [String: RequestShape] = ["TableName": .string]

    private static let restore: [String: RequestShape] = [
        "TargetTableName": .string, "BillingModeOverride": .string, "ProvisionedThroughputOverride": throughput,
        "OnDemandThroughputOverride": onDemandThroughput, "SSESpecificationOverride": sseSpecification,
        "GlobalSecondaryIndexOverride": .list(index("GlobalSecondaryIndex")),
        "LocalSecondaryIndexOverride": .list(index("LocalSecondaryIndex")),
    ]

    private static func kinesis(_ configuration: String) -> [String: RequestShape] {
        [
            "StreamArn": .string,
            configuration: .structure(configuration, ["ApproximateCreationDateTimePrecision": .string]),
        ]
    }

    private static let region = ["RegionName": RequestShape.string]

    private static func otherMembers(of operation: Operation) -> [String: RequestShape] {
        switch operation {
        case .createBackup: ["BackupName": .string]
        case .describeBackup, .deleteBackup: ["BackupArn": .string]
        case .listBackups: ["Limit": .integer, "ExclusiveStartBackupArn": .string, "BackupType": .string]
        case .restoreTableFromBackup: restore.merging(["BackupArn": .string]) { $1 }
        case .restoreTableToPointInTime:
            restore.merging(
                ["SourceTableArn": .string, "SourceTableName": .string, "UseLatestRestorableTime": .bool]
            ) { $1 }
        case .updateContinuousBackups:
            [
                "PointInTimeRecoverySpecification": .structure(
                    "PointInTimeRecoverySpecification",
                    ["PointInTimeRecoveryEnabled": .bool, "RecoveryPeriodInDays": .integer])
            ]
        case .putResourcePolicy:
            [
                "ResourceArn": .string, "Policy": .string, "ExpectedRevisionId": .string,
                "ConfirmRemoveSelfResourceAccess": .bool,
            ]
        case .getResourcePolicy, .deleteResourcePolicy: ["ResourceArn": .string, "ExpectedRevisionId": .string]
        case .describeContributorInsights, .updateContributorInsights:
            ["IndexName": .string, "ContributorInsightsAction": .string, "ContributorInsightsMode": .string]
        case .listContributorInsights: ["NextToken": .string, "MaxResults": .integer]
        case .enableKinesisStreamingDestination, .disableKinesisStreamingDestination:
            kinesis("EnableKinesisStreamingConfiguration")
        case .updateKinesisStreamingDestination: kinesis("UpdateKinesisStreamingConfiguration")
        case .createGlobalTable, .updateGlobalTable, .describeGlobalTable, .describeGlobalTableSettings,
            .updateGlobalTableSettings:
            [
                "GlobalTableName": .string, "ReplicationGroup": .list(.structure("Replica", region)),
                "ReplicaUpdates": .list(
                    .structure(
                        "ReplicaUpdate",
                        [
                            "Create": .structure("CreateReplicaAction", region),
                            "Delete": .structure("DeleteReplicaAction", region),
                        ])),
            ]
        case .listGlobalTables:
            ["ExclusiveStartGlobalTableName": .string, "Limit": .integer, "RegionName": .string]
        default: [:]
        }
    }
}
