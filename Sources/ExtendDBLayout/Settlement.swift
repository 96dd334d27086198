import Postgres

/// What makes a catalog and the relations of its data database agree again.
///
/// ExtendDB commits the two databases one after the other (CreateTable: first the row, then the relation; DeleteTable
/// too), and a pair may have been copied at two instants. So rows without relations and relations without rows are to
/// be expected, both harmless once they are gone.
package struct Settlement: Sendable, Hashable {
    package enum Occasion: Sendable {
        /// A copy that nobody has served yet: what was under way in production ends here.
        case clone
        /// A server takes over a pair: what an earlier one left undone. Rows of ACTIVE and UPDATING tables stay as they
        /// are, whatever they lack.
        case start
    }

    /// A row of `tables` with its rows of `indexes`.
    package struct Table: Sendable, Hashable {
        package var id: String
        package var name: String
        package var status: TableStatus
        package var indexIDs: [String]

        package init(id: String, name: String, status: TableStatus, indexIDs: [String] = []) {
            self.id = id
            self.name = name
            self.status = status
            self.indexIDs = indexIDs
        }
    }

    /// Tables that become ACTIVE.
    package var activated: [Table] = []
    /// Tables whose rows go.
    package var removed: [Table] = []
    /// Indexes of other tables whose rows go.
    package var removedIndexIDs: [String] = []
    /// Names of relations that go.
    package var dropped: [String] = []
    /// Whether the shards of streams go with tables that left the catalog earlier.
    package var dropsOtherShards = false

    package init() {}

    package var isEmpty: Bool { self == Settlement() }

    /// Decides.
    ///
    /// - Parameters:
    ///   - tables: every table of the catalog.
    ///   - relations: the names of all relations `_ddb_…` of the data database.
    /// - Throws: `LayoutError` if the two do not belong together: the catalog has tables that work, and not one of them
    ///   is in the data database. Otherwise every relation there would count as left over.
    package init(_ occasion: Occasion, tables: [Table], relations: Set<String>) throws(LayoutError) {
        func isThere(_ id: String) -> Bool { relations.contains(PhysicalTable.relationName(id)) }
        let isPair = tables.contains { isThere($0.id) }
        let working = tables.count { $0.status == .active || $0.status == .updating }
        guard isPair || working == 0 else {
            throw LayoutError(
                .conflict,
                "the data database is not the catalog's: it holds none of the \(working) tables that the catalog has")
        }
        var kept: Set<String> = []
        for table in tables {
            let isWorking = table.status == .active || table.status == .updating
            if table.status == .deleting || (!isThere(table.id) && !(occasion == .start && isWorking)) {
                removed.append(table)
                continue
            }
            kept.insert(PhysicalTable.relationName(table.id))
            kept.formUnion(table.indexIDs.map(PhysicalTable.relationName))
            if table.status == .creating || (table.status == .updating && occasion == .clone) {
                activated.append(table)
            }
            if occasion == .clone || table.status == .creating {
                removedIndexIDs += table.indexIDs.filter { !isThere($0) }
            }
        }
        // Without a table in common nothing proves that these are the catalog's relations.
        dropsOtherShards = occasion == .clone
        dropped = isPair ? relations.subtracting(kept).sorted() : []
    }
}
