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
            relation: table.relation, create: Self.create(table.relation, Self.columns(table.hash, table.range)),
            finish: [Self.primaryKey(table.relation, [table.hash] + Self.list(table.range))])
        indexes = table.indexes.map(Self.relation)
    }

    /// Makes bare relations.
    package var create: [String] { ([base] + indexes).map(\.create) }
    /// Adds primary keys and indexes.
    package var finish: [String] { ([base] + indexes).flatMap(\.finish) }
    package var drop: [String] { ([base] + indexes).map { "DROP TABLE IF EXISTS \($0.relation)" } }

    static func relation(_ index: PhysicalIndex) -> Relation {
        let base = [index.baseHash] + list(index.baseRange)
        var finish = [primaryKey(index.relation, [index.hash] + base)]
        if let range = index.range {
            finish.append("CREATE INDEX ON \(index.relation) (\(names([index.hash, range] + base)))")
        }
        let name = PhysicalTable.relationName(index.indexID) + "_base_key_idx"
        finish.append("CREATE INDEX \"\(name)\" ON \(index.relation) (\(names(base)))")
        return Relation(
            relation: index.relation,
            create: create(
                index.relation, columns(index.hash, index.range) + columns(index.baseHash, index.baseRange)),
            finish: finish)
    }

    private static func list(_ column: KeyColumn?) -> [KeyColumn] {
        column.map { [$0] } ?? []
    }

    private static func names(_ columns: [KeyColumn]) -> String {
        columns.map(\.name).joined(separator: ", ")
    }

    /// All three sort columns exist as soon as there is a sort key; only the one of its type is filled.
    private static func columns(_ hash: KeyColumn, _ range: KeyColumn?) -> [String] {
        let prefix = String(hash.name.dropLast("pk".count))
        let sort = ["sk_s TEXT COLLATE \"C\"", "sk_n NUMERIC", "sk_b BYTEA"].map { prefix + $0 }
        return [hash.name + " TEXT COLLATE \"C\" NOT NULL"] + (range == nil ? [] : sort)
    }

    private static func create(_ relation: String, _ columns: [String]) -> String {
        "CREATE TABLE \(relation) (\((columns + ["item_data JSONB NOT NULL"]).joined(separator: ", ")))"
    }

    private static func primaryKey(_ relation: String, _ columns: [KeyColumn]) -> String {
        "ALTER TABLE \(relation) ADD PRIMARY KEY (\(names(columns)))"
    }
}
