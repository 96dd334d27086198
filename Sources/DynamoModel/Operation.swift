/// The operations that the server answers; anything else is an `UnknownOperationException`.
package enum Operation: String, Hashable, Sendable, CaseIterable {
    case batchExecuteStatement = "BatchExecuteStatement"
    case batchGetItem = "BatchGetItem"
    case batchWriteItem = "BatchWriteItem"
    case createTable = "CreateTable"
    case deleteItem = "DeleteItem"
    case deleteTable = "DeleteTable"
    case describeEndpoints = "DescribeEndpoints"
    case describeExport = "DescribeExport"
    case describeImport = "DescribeImport"
    case describeLimits = "DescribeLimits"
    case describeStream = "DescribeStream"
    case describeTable = "DescribeTable"
    case describeTimeToLive = "DescribeTimeToLive"
    case executeStatement = "ExecuteStatement"
    case executeTransaction = "ExecuteTransaction"
    case exportTableToPointInTime = "ExportTableToPointInTime"
    case getItem = "GetItem"
    case getRecords = "GetRecords"
    case getShardIterator = "GetShardIterator"
    case importTable = "ImportTable"
    case listExports = "ListExports"
    case listImports = "ListImports"
    case listStreams = "ListStreams"
    case listTables = "ListTables"
    case listTagsOfResource = "ListTagsOfResource"
    case putItem = "PutItem"
    case query = "Query"
    case scan = "Scan"
    case tagResource = "TagResource"
    case transactGetItems = "TransactGetItems"
    case transactWriteItems = "TransactWriteItems"
    case untagResource = "UntagResource"
    case updateItem = "UpdateItem"
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
