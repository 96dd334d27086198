import DynamoModel
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// docs/compatibility.md has a row for every operation of the service models, and says of what the server answers that
/// it does.
@Suite struct CompatibilityTests {
    /// The operations of botocore's models `dynamodb` and `dynamodbstreams`, 2012-08-10.
    static let modelled = """
        BatchExecuteStatement BatchGetItem BatchWriteItem CreateBackup CreateGlobalTable CreateTable DeleteBackup
        DeleteItem DeleteResourcePolicy DeleteTable DescribeBackup DescribeContinuousBackups
        DescribeContributorInsights DescribeEndpoints DescribeExport DescribeGlobalTable DescribeGlobalTableSettings
        DescribeImport DescribeKinesisStreamingDestination DescribeLimits DescribeTable
        DescribeTableReplicaAutoScaling DescribeTimeToLive DisableKinesisStreamingDestination
        EnableKinesisStreamingDestination ExecuteStatement ExecuteTransaction ExportTableToPointInTime GetItem
        GetResourcePolicy ImportTable ListBackups ListContributorInsights ListExports ListGlobalTables ListImports
        ListTables ListTagsOfResource PutItem PutResourcePolicy Query RestoreTableFromBackup RestoreTableToPointInTime
        Scan TagResource TransactGetItems TransactWriteItems UntagResource UpdateContinuousBackups
        UpdateContributorInsights UpdateGlobalTable UpdateGlobalTableSettings UpdateItem
        UpdateKinesisStreamingDestination UpdateTable UpdateTableReplicaAutoScaling UpdateTimeToLive
        DescribeStream GetRecords GetShardIterator ListStreams
        """.split(whereSeparator: \.isWhitespace).map(String.init)

    /// State by operation, of the rows `| operation | state | … |`.
    private static func rows() throws -> [(operation: String, state: String)] {
        let root = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        let text = try String(contentsOfFile: "/\(root)/docs/compatibility.md", encoding: .utf8)
        return text.split(separator: "\n").compactMap { line in
            let cells = line.split(separator: "|", omittingEmptySubsequences: false).map { $0.trimming(" ") }
            guard cells.count >= 4, cells[1].hasPrefix("`") else { return nil }
            return (cells[1].trimming("`"), cells[2])
        }
    }

    @Test func `every operation of the models has one row`() throws {
        let rows = try Self.rows()
        #expect(rows.map(\.operation).sorted() == Self.modelled.sorted())
        for row in rows {
            #expect(["done", "refused", "not yet"].contains(row.state), "\(row.operation): \(row.state)")
        }
    }

    @Test func `what the server answers is the model's, and its row says so`() throws {
        let states = Dictionary(uniqueKeysWithValues: try Self.rows().map { ($0.operation, $0.state) })
        for operation in Operation.allCases {
            let state = try #require(states[operation.rawValue], "\(operation.rawValue) is not in the models")
            #expect(state != "not yet", "\(operation.rawValue) is answered, but its row says not yet")
        }
        let answered = Set(Operation.allCases.map(\.rawValue))
        for (operation, state) in states where state != "not yet" {
            #expect(answered.contains(operation), "\(operation) is not answered, but its row says \(state)")
        }
    }
}

extension StringProtocol {
    fileprivate func trimming(_ character: Character) -> String {
        String(drop { $0 == character }.reversed().drop { $0 == character }.reversed())
    }
}
