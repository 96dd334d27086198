package import DynamoModel

/// A backup of a table: what `backups` says of it, and the table as it was described.
package struct BackupRecord: Sendable {
    package let arn: String
    package let name: String
    package let accountID: String
    package let tableID: String
    package let tableName: String
    /// `CREATING`, `AVAILABLE`.
    package let status: String
    package let sizeBytes: Int
    package let itemCount: Int
    /// Unix seconds.
    package let creationDate: Double
    /// The answer to DescribeTable at that time, `{"Table": …}`. Of a backup that ExtendDB made, which keeps less, it
    /// is put together from the columns of `backups`.
    package let described: JSONValue

    package init(
        arn: String, name: String, accountID: String, tableID: String, tableName: String, status: String,
        sizeBytes: Int, itemCount: Int, creationDate: Double, described: JSONValue
    ) {
        self.arn = arn
        self.name = name
        self.accountID = accountID
        self.tableID = tableID
        self.tableName = tableName
        self.status = status
        self.sizeBytes = sizeBytes
        self.itemCount = itemCount
        self.creationDate = creationDate
        self.described = described
    }

    /// The table as it was.
    package func definition() throws(WireError) -> TableDefinition {
        try TableDefinition(describeTable: described)
    }

    /// `arn:aws:dynamodb:REGION:ACCOUNT:table/NAME` of the table.
    package var tableARN: String {
        arn.split(separator: "/").prefix(2).joined(separator: "/")
    }
}
