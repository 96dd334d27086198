/// The members of requests that export and import tables.
extension RequestShape {
    /// Empty for an operation of another kind.
    static func transferMembers(of operation: Operation) -> [String: RequestShape] {
        switch operation {
        case .exportTableToPointInTime:
            [
                "TableArn": .string, "ClientToken": .string, "S3Bucket": .string, "S3BucketOwner": .string,
                "S3Prefix": .string, "S3SseAlgorithm": .string, "S3SseKmsKeyId": .string, "ExportFormat": .string,
                "ExportType": .string,
            ]
        case .importTable:
            [
                "ClientToken": .string, "InputFormat": .string, "InputCompressionType": .string,
                "S3BucketSource": .structure(
                    "S3BucketSource", ["S3BucketOwner": .string, "S3Bucket": .string, "S3KeyPrefix": .string]),
                "InputFormatOptions": .structure(
                    "InputFormatOptions",
                    ["Csv": .structure("CsvOptions", ["Delimiter": .string, "HeaderList": .list(.string)])]),
                "TableCreationParameters": tableCreation,
            ]
        case .describeExport: ["ExportArn": .string]
        case .describeImport: ["ImportArn": .string]
        case .listExports: ["TableArn": .string, "MaxResults": .integer, "NextToken": .string]
        case .listImports: ["TableArn": .string, "PageSize": .integer, "NextToken": .string]
        default: [:]
        }
    }
}
