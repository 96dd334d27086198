package import DynamoModel

/// Hands a verified request to the operation that it names.
package struct Dispatcher: Sendable {
    private let items: ItemOperations
    private let tables: TableOperations
    private let streams: StreamOperations
    private let transfers: TransferOperations

    package init(
        items: ItemOperations, tables: TableOperations, streams: StreamOperations, transfers: TransferOperations
    ) {
        self.items = items
        self.tables = tables
        self.streams = streams
        self.transfers = transfers
    }

    /// - Parameter body: The parameters, as the client sent them.
    /// - Returns: The JSON of the response.
    package func respond(
        to operation: Operation, _ body: JSONValue, _ context: RequestContext
    ) async throws(WireError) -> [UInt8] {
        do throws(WireError) {
            return try await perform(operation, body, context)
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
        case .updateTimeToLive: try await tables.updateTimeToLive(UpdateTimeToLiveRequest(json: body), context)
        case .describeTimeToLive: try await tables.describeTimeToLive(DescribeTimeToLiveRequest(json: body), context)
        }
    }
}
