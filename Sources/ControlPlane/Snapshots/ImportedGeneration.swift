/// What to import, and into which database.
package struct ImportRequest: Sendable, Hashable {
    /// The database to make; dropped again if the import does not succeed.
    package var database: String
    /// The directory that holds one or more DynamoDB exports to S3.
    package var directory: String
    package var mark: InstallationMark

    package init(database: String, directory: String, mark: InstallationMark) {
        self.database = database
        self.directory = directory
        self.mark = mark
    }
}

/// How far an import has come.
package struct ImportProgress: Sendable, Hashable {
    package var itemsDone: Int
    /// From the manifests.
    package var itemsTotal: Int
    /// Compressed bytes of the data files.
    package var bytesDone: Int
    package var bytesTotal: Int

    package init(itemsDone: Int, itemsTotal: Int, bytesDone: Int, bytesTotal: Int) {
        self.itemsDone = itemsDone
        self.itemsTotal = itemsTotal
        self.bytesDone = bytesDone
        self.bytesTotal = bytesTotal
    }
}

/// A sealed generation of a snapshot.
package struct ImportedGeneration: Sendable, Hashable {
    package struct Table: Sendable, Hashable {
        package var name: String
        package var items: Int
        /// Logical size by DynamoDB's rule.
        package var bytes: Int

        package init(name: String, items: Int, bytes: Int) {
            self.name = name
            self.items = items
            self.bytes = bytes
        }
    }

    package var tables: [Table]
    /// nil when no table holds an item.
    package var probeTarget: ProbeTarget?
    package var accountID: String
    package var region: String
    /// Size of the database on disk.
    package var databaseBytes: Int

    package var items: Int { tables.reduce(0) { $0 + $1.items } }
    package var bytes: Int { tables.reduce(0) { $0 + $1.bytes } }

    package init(
        tables: [Table], probeTarget: ProbeTarget?, accountID: String, region: String, databaseBytes: Int
    ) {
        self.tables = tables
        self.probeTarget = probeTarget
        self.accountID = accountID
        self.region = region
        self.databaseBytes = databaseBytes
    }
}
