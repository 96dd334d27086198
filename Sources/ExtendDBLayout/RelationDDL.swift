/// The statements that make and drop a table's relations.
///
/// `create` and `finish` are apart for loading: a primary key and indexes built over loaded rows are several times
/// faster than ones maintained row by row. Together they give what ExtendDB makes, with the "C" collation of its newer
/// releases, which suits older ones too.
package struct RelationDDL: Sendable {
    /// Of one relation.
    package struct Relation: Sendable {
        /// The name, quoted.
        package let relation: String
        /// Makes it without keys.
        package let create: String
        /// Adds the primary key and the indexes.
        package let finish: [String]
    }

    package let base: Relation
    /// In the order of the table's indexes.
    package let indexes: [Relation]

    package init(_ table: PhysicalTable) {
        base = Relation(
            relation: table.relation,
            create: Self.create(table.relation, Self.columns(table.hash, table.range == nil ? 0 : 1)),
            finish: [Self.primaryKey(table.relation, table.columns)])
        indexes = table.indexes.map(Self.relation)
    }

    /// Makes bare relations.
    package var create: [String] { ([base] + indexes).map(\.create) }
    /// Adds primary keys and indexes.
    package var finish: [String] { ([base] + indexes).flatMap(\.finish) }
    package var drop: [String] { ([base] + indexes).map { "DROP TABLE IF EXISTS \($0.relation)" } }

    static func relation(_ index: PhysicalIndex) -> Relation {
        let base = index.base.columns
        var finish = [primaryKey(index.relation, [index.key.hash] + base)]
        if !index.key.sort.isEmpty {
            finish.append("CREATE INDEX ON \(index.relation) (\(names(index.key.columns + base)))")
        }
        let name = PhysicalTable.relationName(index.indexID) + "_base_key_idx"
        finish.append("CREATE INDEX \"\(name)\" ON \(index.relation) (\(names(base)))")
        return Relation(
            relation: index.relation,
            create: create(
                index.relation,
                columns(index.key.hash, index.key.sort.count) + columns(index.base.hash, index.base.sort.count)),
            finish: finish)
    }

    private static func names(_ columns: [KeyColumn]) -> String {
        columns.map(\.name).joined(separator: ", ")
    }

    /// Each attribute of a sort key has three columns, of which only the one of its type is filled.
    private static func columns(_ hash: KeyColumn, _ sortAttributes: Int) -> [String] {
        let prefix = String(hash.name.dropLast("pk".count))
        var columns = [hash.name + " TEXT COLLATE \"C\" NOT NULL"]
        for position in 0..<sortAttributes {
            let stem = prefix + KeyColumn.stem(position + 1)
            columns += ["s TEXT COLLATE \"C\"", "n NUMERIC", "b BYTEA"].map { stem + $0 }
        }
        return columns
    }

    private static func create(_ relation: String, _ columns: [String]) -> String {
        "CREATE TABLE \(relation) (\((columns + ["item_data JSONB NOT NULL"]).joined(separator: ", ")))"
    }

    private static func primaryKey(_ relation: String, _ columns: [KeyColumn]) -> String {
        "ALTER TABLE \(relation) ADD PRIMARY KEY (\(names(columns)))"
    }
}
