/// Enable-, Disable- and UpdateKinesisStreamingDestination.
package struct KinesisDestinationRequest: Sendable {
    enum Precision: String, Hashable, Sendable, CaseIterable, WireEnum {
        case millisecond = "MILLISECOND"
        case microsecond = "MICROSECOND"

        static let wireOrder = "MILLISECOND, MICROSECOND"
    }

    /// A name, or the table's ARN.
    package let tableName: String
    package let streamARN: String

    /// - Parameter configuration: the member that holds the precision, which is a structure of that name.
    package init(json: JSONValue, _ input: String, _ configuration: String) throws(WireError) {
        var reader = try RequestReader(json, input)
        tableName = try reader.tableName()
        reader.require("StreamArn")
        let arn = try reader.string("StreamArn") ?? ""
        if reader.has("StreamArn") { reader.checkLength(arn.utf16.count, 37...1024, of: arn, at: "StreamArn") }
        if var nested = try reader.structure(configuration, configuration) {
            let _: Precision? = try nested.enumeration("ApproximateCreationDateTimePrecision")
            reader.merge(nested)
        }
        try reader.finish()
        streamARN = arn
        guard arn.hasPrefix("arn:"), arn.split(separator: ":").dropFirst(2).first == "kinesis" else {
            throw .invalidParameter("StreamArn is not the ARN of a Kinesis data stream: \(arn)")
        }
    }
}

/// An operation on one table whose request says nothing else: DescribeKinesisStreamingDestination,
/// DescribeContinuousBackups, DescribeTableReplicaAutoScaling.
package struct OneTableRequest: Sendable {
    /// A name, or the table's ARN.
    package let tableName: String

    package init(json: JSONValue, _ input: String) throws(WireError) {
        var reader = try RequestReader(json, input)
        tableName = try reader.tableName()
        try reader.finish()
    }
}
