package import DynamoModel

/// `tables.table_status`.
package enum TableStatus: String, Sendable, Hashable, CaseIterable {
    case creating = "CREATING"
    case active = "ACTIVE"
    case updating = "UPDATING"
    case deleting = "DELETING"
}

/// A row of `indexes`.
package struct IndexRecord: Sendable, Hashable {
    /// UUID text; it names the index's relation.
    package var indexID: String
    package var definition: IndexDefinition
    package var status: TableStatus

    package init(indexID: String, definition: IndexDefinition, status: TableStatus = .active) {
        self.indexID = indexID
        self.definition = definition
        self.status = status
    }
}

/// A row of `tables` with its indexes: what the server knows about a table.
package struct TableRecord: Sendable {
    package let accountID: String
    /// UUID text; it names the table's relation and has nothing to do with the table's name.
    package let tableID: String
    package let arn: String
    package let definition: TableDefinition
    package let status: TableStatus
    /// Unix seconds.
    package let creationDate: Double
    /// As of the last refresh; nothing counts per write.
    package let itemCount: Int
    /// Bytes of the relation on disk as of the last refresh.
    package let sizeBytes: Int
    /// The attribute whose number says when an item expires; `nil` if time to live is off.
    package let ttlAttribute: String?
    /// The moment a stream was enabled, in the form of stream ARNs; kept when it is disabled.
    package let streamLabel: String?
    /// The ids of the open shards of the table's stream, in the database's order. They lie in the data database, so
    /// `StreamShards.open(of:)` reads them apart from the rest.
    package var streamShards: [String] = []
    package let indexes: [IndexRecord]
    /// The relations that hold the items, and their SQL, built once.
    package let physical: PhysicalTable

    /// - Throws: `LayoutError` if a key attribute has no definition.
    package init(
        accountID: String, tableID: String, arn: String, definition: TableDefinition, status: TableStatus,
        creationDate: Double, itemCount: Int = 0, sizeBytes: Int = 0, ttlAttribute: String? = nil,
        streamLabel: String? = nil, indexes: [IndexRecord]
    ) throws(LayoutError) {
        self.accountID = accountID
        self.tableID = tableID
        self.arn = arn
        self.definition = definition
        self.status = status
        self.creationDate = creationDate
        self.itemCount = itemCount
        self.sizeBytes = sizeBytes
        self.ttlAttribute = ttlAttribute
        self.streamLabel = streamLabel
        self.indexes = indexes
        self.physical = try PhysicalTable(tableID: tableID, definition: definition, indexes: indexes)
    }

    /// A table that does not exist yet, with new ids for it and for each of its indexes.
    ///
    /// - Parameters:
    ///   - creationDate: unix seconds.
    ///   - makeID: gives UUID texts.
    package init(
        new definition: TableDefinition, accountID: String, region: String, creationDate: Double,
        status: TableStatus = .active, makeID: () -> String = RelationID.random
    ) throws(LayoutError) {
        try self.init(
            accountID: accountID, tableID: makeID(),
            arn: Self.arn(region: region, accountID: accountID, table: definition.name), definition: definition,
            status: status, creationDate: creationDate,
            streamLabel: definition.streamSpecification?.enabled == true
                ? StreamLabel.text(unixSeconds: creationDate) : nil,
            indexes: definition.indexes.map { IndexRecord(indexID: makeID(), definition: $0) })
    }

    /// `arn:aws:dynamodb:REGION:ACCOUNT:table/NAME`.
    package static func arn(region: String, accountID: String, table: String) -> String {
        "arn:aws:dynamodb:\(region):\(accountID):table/\(table)"
    }

    package func indexARN(_ index: String) -> String {
        arn + "/index/" + index
    }
}
