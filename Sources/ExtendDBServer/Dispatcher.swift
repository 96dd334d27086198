package import DynamoModel

/// Hands a verified request to the operation that it names.
package struct Dispatcher: Sendable {
    private let items: ItemOperations
    private let tables: TableOperations
    private let streams: StreamOperations
    private let transfers: TransferOperations
    private let grace: GracePeriods

    package init(
        items: ItemOperations, tables: TableOperations, streams: StreamOperations, transfers: TransferOperations,
        grace: GracePeriods
    ) {
        self.items = items
        self.tables = tables
        self.streams = streams
        self.transfers = transfers
        self.grace = grace
    }

    /// - Parameter body: The parameters, as the client sent them.
    /// - Returns: The JSON of the response.
    package func respond(
        to operation: Operation, _ body: JSONValue, _ context: RequestContext
    ) async throws(WireError) -> [UInt8] {
        do throws(WireError) {
            return try await grace.during { () async throws(WireError) in
                try await perform(operation, body, context)
            }
        } catch {
            throw RequestShape.precedence(operation, body, over: error)
        }
    }

    private func perform(
        _ operation: Operation, _ body: JSONValue, _ context: RequestContext
    ) async throws(WireError) -> [UInt8] {
        switch operation {
        case .putItem: try await items.putItem(PutItemRequest(json: body), context)
        case .getItem: try await items.getItem(GetItemRequest(json: body), context)
        case .updateItem: try await items.updateItem(UpdateItemRequest(json: body), context)
        case .deleteItem: try await items.deleteItem(DeleteItemRequest(json: body), context)
        case .query: try await items.query(QueryRequest(json: body), context)
        case .scan: try await items.scan(ScanRequest(json: body), context)
        case .batchGetItem: try await items.batchGetItem(BatchGetItemRequest(json: body), context)
        case .batchWriteItem: try await items.batchWriteItem(BatchWriteItemRequest(json: body), context)
        case .executeStatement: try await items.executeStatement(ExecuteStatementRequest(json: body), context)
        case .batchExecuteStatement:
            try await items.batchExecuteStatement(BatchExecuteStatementRequest(json: body), context)
        case .executeTransaction: try await items.executeTransaction(ExecuteTransactionRequest(json: body), context)
        case .transactGetItems: try await items.transactGetItems(TransactGetItemsRequest(json: body), context)
        case .transactWriteItems: try await items.transactWriteItems(TransactWriteItemsRequest(json: body), context)
        case .exportTableToPointInTime: try await transfers.exportTable(ExportTableRequest(json: body), context)
        case .importTable: try await transfers.importTable(ImportTableRequest(json: body), context)
        case .describeExport:
            try transfers.describe(
                DescribeTransferRequest(json: body, "ExportArn", "DescribeExportInput"), isExport: true)
        case .describeImport:
            try transfers.describe(
                DescribeTransferRequest(json: body, "ImportArn", "DescribeImportInput"), isExport: false)
        case .listExports:
            try transfers.list(ListTransfersRequest(json: body, "MaxResults", "ListExportsInput"), isExport: true)
        case .listImports:
            try transfers.list(ListTransfersRequest(json: body, "PageSize", "ListImportsInput"), isExport: false)
        case .createTable: try await tables.createTable(CreateTableRequest(json: body), context)
        case .describeTable: try await tables.describeTable(DescribeTableRequest(json: body), context)
        case .listTables: try await tables.listTables(ListTablesRequest(json: body), context)
        case .deleteTable: try await tables.deleteTable(DeleteTableRequest(json: body), context)
        case .listStreams: try await streams.listStreams(ListStreamsRequest(json: body), context)
        case .describeStream: try await streams.describeStream(DescribeStreamRequest(json: body), context)
        case .getShardIterator: try await streams.getShardIterator(GetShardIteratorRequest(json: body), context)
        case .getRecords: try await streams.getRecords(GetRecordsRequest(json: body), context)
        case .describeEndpoints: ServiceOperations.describeEndpoints(context)
        case .describeLimits: ServiceOperations.describeLimits()
        case .tagResource: try await tables.tagResource(TagResourceRequest(json: body), context)
        case .untagResource: try await tables.untagResource(UntagResourceRequest(json: body), context)
        case .listTagsOfResource:
            try await tables.listTagsOfResource(ListTagsOfResourceRequest(json: body), context)
        case .createBackup: try await tables.createBackup(CreateBackupRequest(json: body), context)
        case .describeBackup:
            try await tables.describeBackup(BackupRequest(json: body, "DescribeBackupInput"), context)
        case .deleteBackup: try await tables.deleteBackup(BackupRequest(json: body, "DeleteBackupInput"), context)
        case .listBackups: try await tables.listBackups(ListBackupsRequest(json: body), context)
        case .restoreTableFromBackup:
            try await tables.restoreTableFromBackup(RestoreTableFromBackupRequest(json: body), context)
        case .restoreTableToPointInTime:
            try await tables.restoreTableToPointInTime(RestoreTableToPointInTimeRequest(json: body), context)
        case .describeContinuousBackups:
            try await tables.describeContinuousBackups(
                OneTableRequest(json: body, "DescribeContinuousBackupsInput"), context)
        case .updateContinuousBackups:
            try await tables.updateContinuousBackups(UpdateContinuousBackupsRequest(json: body), context)
        case .putResourcePolicy: try await tables.putResourcePolicy(PutResourcePolicyRequest(json: body), context)
        case .getResourcePolicy: try await tables.getResourcePolicy(GetResourcePolicyRequest(json: body), context)
        case .deleteResourcePolicy:
            try await tables.deleteResourcePolicy(DeleteResourcePolicyRequest(json: body), context)
        case .describeContributorInsights:
            try await tables.describeContributorInsights(DescribeContributorInsightsRequest(json: body), context)
        case .updateContributorInsights:
            try await tables.updateContributorInsights(UpdateContributorInsightsRequest(json: body), context)
        case .listContributorInsights:
            try await tables.listContributorInsights(ListContributorInsightsRequest(json: body), context)
        case .enableKinesisStreamingDestination:
            try await tables.enableKinesisDestination(Self.kinesis(body, "Enable"), context)
        case .disableKinesisStreamingDestination:
            try await tables.changeKinesisDestination(Self.kinesis(body, "Enable"), "disable", context)
        case .updateKinesisStreamingDestination:
            try await tables.changeKinesisDestination(Self.kinesis(body, "Update"), "update", context)
        case .describeKinesisStreamingDestination:
            try await tables.describeKinesisDestination(
                OneTableRequest(json: body, "DescribeKinesisStreamingDestinationInput"), context)
        case .createGlobalTable:
            try await tables.createGlobalTable(
                GlobalTableRequest(json: body, "CreateGlobalTableInput", required: "ReplicationGroup"), context)
        case .updateGlobalTable:
            try tables.missingGlobalTable(
                GlobalTableRequest(json: body, "UpdateGlobalTableInput", required: "ReplicaUpdates"))
        case .describeGlobalTable, .describeGlobalTableSettings, .updateGlobalTableSettings:
            try tables.missingGlobalTable(GlobalTableRequest(json: body, "\(operation.rawValue)Input"))
        case .listGlobalTables: tables.listGlobalTables(try ListGlobalTablesRequest(json: body))
        case .describeTableReplicaAutoScaling:
            try await tables.describeTableReplicaAutoScaling(
                OneTableRequest(json: body, "DescribeTableReplicaAutoScalingInput"), context)
        case .updateTableReplicaAutoScaling:
            try await tables.updateTableReplicaAutoScaling(UpdateTableReplicaAutoScalingRequest(json: body), context)
        case .updateTable: try await tables.updateTable(UpdateTableRequest(json: body), context)
        case .updateTimeToLive: try await tables.updateTimeToLive(UpdateTimeToLiveRequest(json: body), context)
        case .describeTimeToLive: try await tables.describeTimeToLive(DescribeTimeToLiveRequest(json: body), context)
        }
    }

    private static func kinesis(_ body: JSONValue, _ word: String) throws(WireError) -> KinesisDestinationRequest {
        let input = word == "Update" ? "UpdateKinesisStreamingDestinationInput" : "KinesisStreamingDestinationInput"
        return try KinesisDestinationRequest(json: body, input, "\(word)KinesisStreamingConfiguration")
    }
}
