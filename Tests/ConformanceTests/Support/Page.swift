/// A page of Amazon's documentation that a case comes from.
struct Page: Sendable, Hashable {
    let title: String

    private init(_ title: String) {
        self.title = title
    }

    /// A page of the API reference.
    static func api(_ operation: String) -> Page { Page("API Reference, \(operation)") }
    /// A page of the Developer Guide.
    static func guide(_ title: String) -> Page { Page("Developer Guide, \(title)") }

    static let conditions = guide("Condition and filter expressions, operators, and functions in DynamoDB")
    static let updates = guide("Using update expressions in DynamoDB")
    static let projections = guide("Using projection expressions in DynamoDB")
    static let names = guide("Expression attribute names (aliases) in DynamoDB")
    static let values = guide("Using expression attribute values in DynamoDB")
    static let keyConditions = guide("Key condition expressions for the Query operation in DynamoDB")
    static let reserved = guide("Reserved words in DynamoDB")
    static let constraints = guide("Quotas in Amazon DynamoDB")
    static let types = guide("Supported data types and naming rules in Amazon DynamoDB")
    static let legacy = guide("Legacy DynamoDB conditional parameters")
    static let capacity = guide("DynamoDB read and write operations (capacity unit consumption)")
    static let globalIndexes = guide("Using Global Secondary Indexes in DynamoDB")
    static let localIndexes = guide("Local secondary indexes")
    static let scans = guide("Scanning tables in DynamoDB")
    static let queries = guide("Querying tables in DynamoDB")
    static let errors = guide("Error handling with DynamoDB")
}
