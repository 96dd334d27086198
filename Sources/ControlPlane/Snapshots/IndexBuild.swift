import DynamoModel
import ExtendDBLayout
import Postgres

/// The statements that make one index relation from the loaded base relation, in the server and without sending an
/// item twice. Their rows equal the ones that `PhysicalIndex.row(for:)` makes of each item.
struct IndexBuild: Sendable {
    let statements: [String]

    init(index: PhysicalIndex, table: PhysicalTable, keySchema: KeySchema) {
        let ddl = RelationDDL(table)
        let keys = [index.hash] + (index.range.map { [$0] } ?? [])
        let baseKeys =
            [(index.baseHash.name, table.hash.name)]
            + (index.baseRange.flatMap { base in table.range.map { [(base.name, $0.name)] } } ?? [])
        let columns = keys.map(\.name) + baseKeys.map(\.0) + ["item_data"]
        let values = keys.map(Self.value) + baseKeys.map(\.1) + [Self.projection(index, keySchema)]
        let present = keys.map { "\(Self.text($0)) IS NOT NULL" }
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

    /// The text of a key attribute, NULL when the item lacks it or it has another type.
    private static func text(_ column: KeyColumn) -> String {
        "item_data->\(PostgresLiteral.quote(column.attribute.string))->>'\(column.type.rawValue)'"
    }

    /// A stored number is normalised and stored Base64 is canonical, so text columns take them as they are.
    private static func value(_ column: KeyColumn) -> String {
        switch column.storage {
        case .text: text(column)
        case .numeric: "(\(text(column)))::numeric"
        case .bytea: "decode(\(text(column)), 'base64')"
        }
    }

    /// `jsonb_strip_nulls` takes out the attributes that an item lacks; DynamoDB JSON itself has no JSON null.
    private static func projection(_ index: PhysicalIndex, _ keySchema: KeySchema) -> String {
        guard index.projection.type != .all else { return "item_data" }
        var names = keySchema.attributeNames + [index.hash.attribute] + (index.range.map { [$0.attribute] } ?? [])
        if index.projection.type == .include { names += index.projection.nonKeyAttributes }
        var seen: Set<Text> = []
        // A function takes at most 100 arguments, so 50 attributes; DynamoDB allows 20 + 4 keys in an index.
        let pairs = names.filter { seen.insert($0).inserted }.map {
            let name = PostgresLiteral.quote($0.string)
            return "\(name), item_data->\(name)"
        }
        return "jsonb_strip_nulls(jsonb_build_object(\(pairs.joined(separator: ", "))))"
    }
}
