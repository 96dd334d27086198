/// ExportTableToPointInTime.
package struct ExportTableRequest: Sendable {
    package enum Format: String, Hashable, Sendable, CaseIterable, WireEnum {
        case dynamoDBJSON = "DYNAMODB_JSON"
        case ion = "ION"

        static let wireOrder = "DYNAMODB_JSON, ION"
    }

    package enum Kind: String, Hashable, Sendable, CaseIterable, WireEnum {
        case full = "FULL_EXPORT"
        case incremental = "INCREMENTAL_EXPORT"

        static let wireOrder = "FULL_EXPORT, INCREMENTAL_EXPORT"
    }

    package enum Encryption: String, Hashable, Sendable, CaseIterable, WireEnum {
        case aes256 = "AES256"
        case kms = "KMS"

        static let wireOrder = "AES256, KMS"
    }

    package var tableARN: String
    package var bucket: String
    package var bucketOwner: String?
    package var prefix: String?
    /// Seconds since 1970; nil for now.
    package var exportTime: Double?
    package var clientToken: String?
    package var format: Format
    package var kind: Kind
    package var encryption: Encryption
    package var encryptionKey: String?

    package init(json: JSONValue) throws(WireError) {
        var reader = try RequestReader(json, "ExportTableToPointInTimeInput")
        tableARN = try reader.requiredText("TableArn", Limits.arnLength)
        bucket = try reader.requiredText("S3Bucket", Limits.bucketLength)
        bucketOwner = try reader.string("S3BucketOwner")
        prefix = try reader.text("S3Prefix", Limits.prefixLength)
        exportTime = try reader.value("ExportTime").flatMap { (json) throws(WireError) in
            guard case .number = json, let seconds = json.doubleValue else {
                throw .serialization("NUMBER_VALUE cannot be converted to Date")
            }
            return seconds
        }
        clientToken = try reader.string("ClientToken")
        format = try reader.enumeration("ExportFormat") ?? .dynamoDBJSON
        kind = try reader.enumeration("ExportType") ?? .full
        encryption = try reader.enumeration("S3SseAlgorithm") ?? .aes256
        encryptionKey = try reader.text("S3SseKmsKeyId", Limits.encryptionKeyLength)
        try reader.finish()
    }
}

/// ImportTable.
package struct ImportTableRequest: Sendable {
    package enum Format: String, Hashable, Sendable, CaseIterable, WireEnum {
        case dynamoDBJSON = "DYNAMODB_JSON"
        case ion = "ION"
        case csv = "CSV"

        static let wireOrder = "DYNAMODB_JSON, ION, CSV"
    }

    package enum Compression: String, Hashable, Sendable, CaseIterable, WireEnum {
        case gzip = "GZIP"
        case zstd = "ZSTD"
        case none = "NONE"

        static let wireOrder = "GZIP, ZSTD, NONE"
    }

    /// `InputFormatOptions.Csv`
    package struct CSV: Sendable, Hashable {
        package var delimiter: UInt8 = UInt8(ascii: ",")
        /// nil: the first line of each object.
        package var header: [String]?
    }

    package var bucket: String
    package var bucketOwner: String?
    package var prefix: String?
    package var format: Format
    package var compression: Compression
    package var csv: CSV
    package var clientToken: String?
    package var table: CreateTableRequest
    /// The members that the description repeats as they came.
    package var source: JSONValue
    package var formatOptions: JSONValue?
    package var tableParameters: JSONValue

    package init(json: JSONValue) throws(WireError) {
        var reader = try RequestReader(json, "ImportTableInput")
        for name in ["S3BucketSource", "InputFormat", "TableCreationParameters"] { reader.require(name) }
        var nested = try RequestReader(
            reader.value("S3BucketSource") ?? .object([]), "S3BucketSource", path: "s3BucketSource.")
        bucket = reader.has("S3BucketSource") ? try nested.requiredText("S3Bucket", Limits.bucketLength) : ""
        bucketOwner = try nested.string("S3BucketOwner")
        prefix = try nested.text("S3KeyPrefix", Limits.prefixLength)
        reader.merge(nested)
        format = try reader.enumeration("InputFormat") ?? .dynamoDBJSON
        compression = try reader.enumeration("InputCompressionType") ?? .none
        clientToken = try reader.string("ClientToken")
        csv = CSV()
        if let options = try reader.structure("InputFormatOptions", "InputFormatOptions"),
            var options = try options.structure("Csv", "CsvOptions")
        {
            if let delimiter = try options.text("Delimiter", 1...1) {
                guard let byte = delimiter.utf8.first, ",\t:;| ".utf8.contains(byte) else {
                    throw .validation("CSV delimiter is not supported: \(delimiter)")
                }
                csv.delimiter = byte
            }
            csv.header = try options.strings("HeaderList")
            reader.merge(options)
        }
        source = reader.value("S3BucketSource") ?? .object([])
        formatOptions = reader.value("InputFormatOptions")
        tableParameters = reader.value("TableCreationParameters") ?? .object([])
        try reader.finish()
        table = try CreateTableRequest(json: tableParameters)
    }
}

/// DescribeExport and DescribeImport.
package struct DescribeTransferRequest: Sendable {
    package var arn: String

    /// - Parameter member: `ExportArn` or `ImportArn`.
    package init(json: JSONValue, _ member: String, _ structure: String) throws(WireError) {
        var reader = try RequestReader(json, structure)
        arn = try reader.requiredText(member, Limits.transferARNLength)
        try reader.finish()
    }
}

/// ListExports and ListImports.
package struct ListTransfersRequest: Sendable {
    package var tableARN: String?
    package var limit: Int
    package var nextToken: String?

    /// - Parameter limitName: `MaxResults` or `PageSize`.
    package init(json: JSONValue, _ limitName: String, _ structure: String) throws(WireError) {
        var reader = try RequestReader(json, structure)
        tableARN = try reader.text("TableArn", Limits.arnLength)
        let limit = try reader.integer(limitName)
        reader.checkValue(limit, 1...Limits.transfersPage, at: limitName)
        nextToken = try reader.string("NextToken")
        try reader.finish()
        self.limit = limit ?? Limits.transfersPage
    }
}

extension RequestReader {
    fileprivate mutating func text(_ name: String, _ limits: ClosedRange<Int>) throws(WireError) -> String? {
        guard let text = try string(name) else { return nil }
        checkLength(text.utf16.count, limits, of: text, at: name)
        return text
    }

    fileprivate mutating func requiredText(_ name: String, _ limits: ClosedRange<Int>) throws(WireError) -> String {
        require(name)
        return try text(name, limits) ?? ""
    }
}
