/// The operations that the server answers; anything else is an `UnknownOperationException`.
package enum Operation: String, Hashable, Sendable, CaseIterable {
    case batchExecuteStatement = "BatchExecuteStatement"
    case batchGetItem = "BatchGetItem"
    case batchWriteItem = "BatchWriteItem"
    case createBackup = "CreateBackup"
    case createGlobalTable = "CreateGlobalTable"
    case createTable = "CreateTable"
    case deleteBackup = "DeleteBackup"
    case deleteItem = "DeleteItem"
    case deleteResourcePolicy = "DeleteResourcePolicy"
    case deleteTable = "DeleteTable"
    case describeBackup = "DescribeBackup"
    case describeContinuousBackups = "DescribeContinuousBackups"
    case describeContributorInsights = "DescribeContributorInsights"
    case describeEndpoints = "DescribeEndpoints"
    case describeExport = "DescribeExport"
    case describeImport = "DescribeImport"
    case describeGlobalTable = "DescribeGlobalTable"
    case describeGlobalTableSettings = "DescribeGlobalTableSettings"
    case describeKinesisStreamingDestination = "DescribeKinesisStreamingDestination"
    case describeLimits = "DescribeLimits"
    case describeStream = "DescribeStream"
    case describeTable = "DescribeTable"
    case describeTableReplicaAutoScaling = "DescribeTableReplicaAutoScaling"
    case describeTimeToLive = "DescribeTimeToLive"
    case disableKinesisStreamingDestination = "DisableKinesisStreamingDestination"
    case enableKinesisStreamingDestination = "EnableKinesisStreamingDestination"
    case executeStatement = "ExecuteStatement"
    case executeTransaction = "ExecuteTransaction"
    case exportTableToPointInTime = "ExportTableToPointInTime"
    case getItem = "GetItem"
    case getRecords = "GetRecords"
    case getResourcePolicy = "GetResourcePolicy"
    case getShardIterator = "GetShardIterator"
    case importTable = "ImportTable"
    case listBackups = "ListBackups"
    case listContributorInsights = "ListContributorInsights"
    case listExports = "ListExports"
    case listGlobalTables = "ListGlobalTables"
    case listImports = "ListImports"
    case listStreams = "ListStreams"
    case listTables = "ListTables"
    case listTagsOfResource = "ListTagsOfResource"
    case putItem = "PutItem"
    case putResourcePolicy = "PutResourcePolicy"
    case query = "Query"
    case restoreTableFromBackup = "RestoreTableFromBackup"
    case restoreTableToPointInTime = "RestoreTableToPointInTime"
    case scan = "Scan"
    case tagResource = "TagResource"
    case transactGetItems = "TransactGetItems"
    case transactWriteItems = "TransactWriteItems"
    case untagResource = "UntagResource"
    case updateContinuousBackups = "UpdateContinuousBackups"
    case updateContributorInsights = "UpdateContributorInsights"
    case updateGlobalTable = "UpdateGlobalTable"
    case updateGlobalTableSettings = "UpdateGlobalTableSettings"
    case updateItem = "UpdateItem"
    case updateKinesisStreamingDestination = "UpdateKinesisStreamingDestination"
    case updateTable = "UpdateTable"
    case updateTableReplicaAutoScaling = "UpdateTableReplicaAutoScaling"
    case updateTimeToLive = "UpdateTimeToLive"

    /// The prefix of the `X-Amz-Target` header before the operation's name.
    package static let targetPrefix = "DynamoDB_20120810."
    /// As `targetPrefix`, for the operations of the Streams API.
    package static let streamsTargetPrefix = "DynamoDBStreams_20120810."

    /// The operation that an `X-Amz-Target` header names, under the prefix of its own API.
    package init?(target: some StringProtocol) {
        guard let dot = target.firstIndex(of: "."),
            let operation = Operation(rawValue: String(target[target.index(after: dot)...])),
            target[...dot] == (operation.isOfStreams ? Self.streamsTargetPrefix : Self.targetPrefix)
        else { return nil }
        self = operation
    }

    /// Whether this is an operation of the Streams API.
    package var isOfStreams: Bool {
        switch self {
        case .describeStream, .getRecords, .getShardIterator, .listStreams: true
        default: false
        }
    }
}
