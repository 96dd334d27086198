/// ListStreams.
package struct ListStreamsRequest: Sendable {
    package var tableName: String?
    /// 1 to 100; 100 where the request says nothing.
    package var limit: Int
    package var exclusiveStartStreamARN: String?

    package init(json: JSONValue) throws(WireError) {
        var reader = try RequestReader(json, "ListStreamsInput")
        tableName = try reader.resourceName("TableName", Limits.tableNameLength)
        limit = try reader.streamLimit(Limits.streamsPage)
        exclusiveStartStreamARN = try reader.streamARN("ExclusiveStartStreamArn")
        try reader.finish()
    }
}

/// DescribeStream.
package struct DescribeStreamRequest: Sendable {
    package var streamARN: String
    /// Shards, 1 to 100; 100 where the request says nothing.
    package var limit: Int
    package var exclusiveStartShardID: String?
    /// The shard whose children alone are asked for.
    package var parentShardID: String?

    package init(json: JSONValue) throws(WireError) {
        var reader = try RequestReader(json, "DescribeStreamInput")
        reader.require("StreamArn")
        streamARN = try reader.streamARN("StreamArn") ?? ""
        limit = try reader.streamLimit(Limits.streamsPage)
        exclusiveStartShardID = try reader.shardID("ExclusiveStartShardId")
        if var filter = try reader.structure("ShardFilter", "ShardFilter") {
            let type: ShardFilterType? = try filter.enumeration("Type")
            let shard = try filter.shardID("ShardId")
            reader.merge(filter)
            try reader.finish()
            guard type != nil, let shard else {
                throw .invalidParameter("ShardFilter must have both a Type and a ShardId")
            }
            parentShardID = shard
        }
        try reader.finish()
    }
}

/// GetShardIterator.
package struct GetShardIteratorRequest: Sendable {
    /// Where in a shard to start.
    package enum Start: Sendable, Hashable {
        case trimHorizon
        case latest
        /// At the record of this number, or at the next one.
        case at(Int64)
        /// Behind the record of this number.
        case after(Int64)
    }

    package var streamARN: String
    package var shardID: String
    package var start: Start

    package init(json: JSONValue) throws(WireError) {
        var reader = try RequestReader(json, "GetShardIteratorInput")
        reader.require("StreamArn")
        reader.require("ShardId")
        reader.require("ShardIteratorType")
        streamARN = try reader.streamARN("StreamArn") ?? ""
        shardID = try reader.shardID("ShardId") ?? ""
        let type: ShardIteratorType? = try reader.enumeration("ShardIteratorType")
        let number = try reader.string("SequenceNumber")
        if let number {
            reader.checkLength(number.utf16.count, 21...40, of: number, at: "SequenceNumber")
        }
        try reader.finish()
        switch type {
        case .trimHorizon, nil: start = .trimHorizon
        case .latest: start = .latest
        case .atSequenceNumber: start = .at(try Self.number(number))
        case .afterSequenceNumber: start = .after(try Self.number(number))
        }
    }

    private static func number(_ text: String?) throws(WireError) -> Int64 {
        guard let text else {
            throw .invalidParameter("SequenceNumber must be specified for this ShardIteratorType")
        }
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw .validation("Invalid SequenceNumber: \(text)")
        }
        // A number that no record can have lies behind all records.
        return Int64(text) ?? .max
    }
}

/// GetRecords.
package struct GetRecordsRequest: Sendable {
    package var shardIterator: String
    /// 1 to 1000; 1000 where the request says nothing.
    package var limit: Int

    package init(json: JSONValue) throws(WireError) {
        var reader = try RequestReader(json, "GetRecordsInput")
        reader.require("ShardIterator")
        let iterator = try reader.string("ShardIterator")
        if let iterator {
            reader.checkLength(iterator.utf16.count, 1...2048, of: iterator, at: "ShardIterator")
        }
        shardIterator = iterator ?? ""
        limit = try reader.streamLimit(Limits.streamRecordsPage)
        try reader.finish()
    }
}

enum ShardIteratorType: String, WireEnum {
    case trimHorizon = "TRIM_HORIZON"
    case latest = "LATEST"
    case atSequenceNumber = "AT_SEQUENCE_NUMBER"
    case afterSequenceNumber = "AFTER_SEQUENCE_NUMBER"

    static let wireOrder = "AFTER_SEQUENCE_NUMBER, LATEST, AT_SEQUENCE_NUMBER, TRIM_HORIZON"
}

enum ShardFilterType: String, WireEnum {
    case childShards = "CHILD_SHARDS"

    static let wireOrder = "CHILD_SHARDS"
}

extension Limits {
    /// Streams of ListStreams and shards of DescribeStream in one page.
    static let streamsPage = 100
    /// Records of GetRecords in one page.
    static let streamRecordsPage = 1_000
}

extension RequestReader {
    fileprivate mutating func streamARN(_ name: String) throws(WireError) -> String? {
        guard let text = try string(name) else { return nil }
        checkLength(text.utf16.count, 37...1024, of: text, at: name)
        return text
    }

    fileprivate mutating func shardID(_ name: String) throws(WireError) -> String? {
        guard let text = try string(name) else { return nil }
        checkLength(text.utf16.count, 28...65, of: text, at: name)
        return text
    }

    fileprivate mutating func streamLimit(_ largest: Int) throws(WireError) -> Int {
        let limit = try integer("Limit")
        checkValue(limit, 1...largest, at: "Limit")
        return limit ?? largest
    }
}

extension RequestShape {
    /// Empty for an operation of another kind.
    static func streamMembers(of operation: Operation) -> [String: RequestShape] {
        switch operation {
        case .listStreams: ["TableName": .string, "Limit": .integer, "ExclusiveStartStreamArn": .string]
        case .describeStream:
            [
                "StreamArn": .string, "Limit": .integer, "ExclusiveStartShardId": .string,
                "ShardFilter": .structure("ShardFilter", ["Type": .string, "ShardId": .string]),
            ]
        case .getShardIterator:
            ["StreamArn": .string, "ShardId": .string, "ShardIteratorType": .string, "SequenceNumber": .string]
        case .getRecords: ["ShardIterator": .string, "Limit": .integer]
        default: [:]
        }
    }
}
