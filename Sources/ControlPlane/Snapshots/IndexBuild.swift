import DynamoModel
import ExtendDBLayout
import Postgres

/// The statements that make one index relation from the loaded base relation, in the server and without sending an
/// item twice. Their rows equal the ones that `PhysicalIndex.row(for:)` makes of each item.
struct IndexBuild: Sendable {
    let statements: [String]

    init(index: PhysicalIndex, table: PhysicalTable, keySchema: KeySchema) {
        let ddl = RelationDDL(table)
        let columns = (index.key.columns + index.base.columns).map(\.name) + ["item_data"]
        let values = index.key.extracted + table.columns.map(\.name) + [Self.projection(index, keySchema)]
        let present = index.key.attributes.map { "\($0.text) IS NOT NULL" }
        let fill = """
            INSERT INTO \(index.relation) (\(columns.joined(separator: ", "))) \
            SELECT \(values.joined(separator: ", ")) FROM \(table.relation) \
            WHERE \(present.joined(separator: " AND "))
            """
        // An emptied relation is as good as a new one: nothing of what this transaction fills it with is logged.
        statements =
            ["TRUNCATE \(index.relation)", fill]
            + ddl.finish.filter { $0.contains("\(index.relation) ") }
    }

    /// `jsonb_strip_nulls` takes out the attributes that an item lacks; DynamoDB JSON itself has no JSON null.
    private static func projection(_ index: PhysicalIndex, _ keySchema: KeySchema) -> String {
        guard index.projection.type != .all else { return "item_data" }
        var names = keySchema.attributeNames + index.key.attributes.map(\.attribute)
        if index.projection.type == .include { names += index.projection.nonKeyAttributes }
        var seen: Set<Text> = []
        // A function takes at most 100 arguments, so 50 attributes; DynamoDB allows 20 + 10 keys in an index.
        let pairs = names.filter { seen.insert($0).inserted }.map {
            let name = PostgresLiteral.quote($0.string)
            return "\(name), item_data->\(name)"
        }
        return "jsonb_strip_nulls(jsonb_build_object(\(pairs.joined(separator: ", "))))"
    }
}
