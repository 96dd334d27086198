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
    case describeTable = "DescribeTable"
    case describeTimeToLive = "DescribeTimeToLive"
    case executeStatement = "ExecuteStatement"
    case executeTransaction = "ExecuteTransaction"
    case exportTableToPointInTime = "ExportTableToPointInTime"
    case getItem = "GetItem"
    case importTable = "ImportTable"
    case listExports = "ListExports"
    case listImports = "ListImports"
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

    /// The operation that an `X-Amz-Target` header names.
    package init?(target: some StringProtocol) {
        guard target.hasPrefix(Operation.targetPrefix) else { return nil }
        self.init(rawValue: String(target.dropFirst(Operation.targetPrefix.count)))
    }
}
