/// The documented limits of Amazon DynamoDB ("Quotas in Amazon DynamoDB", "Constraints in Amazon DynamoDB").
package enum Limits {
    /// Bytes of an item, names and values.
    package static let itemSize = 409_600
    /// Bytes of a page of Query or Scan, before filters.
    package static let pageSize = 1_048_576
    /// Levels of an attribute's value, the scalar at the bottom included: 31 lists or maps around it.
    package static let nestingDepth = 32
    package static let partitionKeySize = 2048
    package static let sortKeySize = 1024
    package static let significantDigits = 38
    package static let maximumNumberExponent = 125
    package static let minimumNumberExponent = -130

    package static let tableNameLength = 3...255
    package static let indexNameLength = 3...255
    package static let attributeNameLength = 65_535
    package static let keyAttributeNameLength = 255
    /// Attributes of a global index's partition key, and of its sort key.
    package static let attributesPerKey = 4
    package static let globalIndexesPerTable = 20
    package static let localIndexesPerTable = 5
    /// Non-key attributes projected into all indexes of a table together.
    package static let projectedAttributesPerTable = 100
    package static let nonKeyAttributesPerIndex = 20

    package static let batchGetKeys = 100
    package static let batchWriteRequests = 25
    /// Bytes of the items of one BatchGetItem response.
    package static let batchGetResponseSize = 16 * 1_048_576
    package static let transactionItems = 100
    /// UTF-16 units of a PartiQL statement.
    package static let statementLength = 1...8192
    package static let batchStatements = 25
    package static let nextTokenLength = 1...32768
    /// Values of a partition key that a `SELECT` can name with `IN` ("PartiQL operators").
    package static let partitionsPerStatement = 50
    /// Partitions that one page of such a `SELECT` goes through.
    package static let partitionsPerPage = 10
    /// Bytes of all items of a transaction together.
    package static let transactionSize = 4 * 1_048_576
    package static let clientRequestTokenLength = 1...36
    /// How long a `ClientRequestToken` stands for the request that it came with, in seconds ("TransactWriteItems").
    package static let clientRequestTokenLifetime = 600
    package static let arnLength = 1...1024
    package static let bucketLength = 1...255
    package static let prefixLength = 0...1024
    package static let encryptionKeyLength = 1...2048
    /// Characters of the ARN of an export or an import.
    package static let transferARNLength = 37...1024
    /// Exports or imports of one page.
    package static let transfersPage = 25
    package static let totalSegments = 1_000_000
    package static let listTablesPage = 100
    package static let requestBodySize = 16 * 1_048_576

    package static let expressionSize = 4096
    package static let expressionOperators = 300
    package static let inOperands = 100
    /// Bytes of all expression attribute names or values of a request.
    package static let expressionAttributesSize = 2 * 1_048_576

    package static let tagsPerResource = 50
    package static let tagKeyLength = 128
    package static let tagValueLength = 256

    /// Objects and arrays within each other that the JSON reader accepts: more than a deepest valid request needs
    /// (about 80), few enough to be safe on a small thread stack.
    package static let jsonDepth = 192
}
