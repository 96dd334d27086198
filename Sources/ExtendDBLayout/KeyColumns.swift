package import DynamoModel

/// The columns of a key: how a relation stores what a key schema names.
///
/// A partition key of several attributes is one column: the texts of its attributes, each written as
/// `<bytes>:<text>,`, so that no two of them run together the same. A sort key has a column for each attribute.
package struct KeyColumns: Sendable, Hashable {
    /// The partition key's attributes, all in the one column `pk`.
    package let partition: [KeyColumn]
    /// The sort key's columns in the order in which they sort.
    package let sort: [KeyColumn]

    /// Every attribute with its column.
    package let attributes: [KeyColumn]
    /// Every column once.
    package let columns: [KeyColumn]

    /// The column `pk`, with the first of its attributes.
    package var hash: KeyColumn { partition[0] }

    /// - Throws: `LayoutError` if an attribute has no definition.
    init(_ schema: KeySchema, _ definition: TableDefinition, prefix: String = "") throws(LayoutError) {
        var partition: [KeyColumn] = []
        for name in schema.partition {
            partition.append(.hash(name, try Self.type(of: name, definition), prefix: prefix))
        }
        var sort: [KeyColumn] = []
        for (index, name) in schema.sort.enumerated() {
            sort.append(.range(name, try Self.type(of: name, definition), position: index + 1, prefix: prefix))
        }
        self.partition = partition
        self.sort = sort
        attributes = partition + sort
        columns = [partition[0]] + sort
    }

    private static func type(
        of attribute: Text, _ definition: TableDefinition
    ) throws(LayoutError) -> KeyAttributeType {
        guard let type = definition.type(of: attribute) else {
            throw LayoutError(
                .unreadable, "table '\(definition.name)' has no definition of its key attribute '\(attribute)'")
        }
        return type
    }

    // MARK: Values

    /// The value of `pk` for the values of the partition key's attributes, in their order.
    ///
    /// - Returns: `nil` if one has another type than its attribute.
    package func hashValue(_ values: [AttributeValue]) throws(WireError) -> KeyValue? {
        if values.count == 1 { return try hash.value(of: values[0]) }
        var parts: [KeyValue] = []
        for (column, value) in zip(partition, values) {
            guard let part = try column.value(of: value) else { return nil }
            parts.append(part)
        }
        return Self.joined(parts)
    }

    /// The key of which `part` gives each attribute's value; `nil` if it gives none for one of them.
    func key(_ part: (KeyColumn, _ limit: Int) throws(WireError) -> KeyValue?) throws(WireError) -> StoredKey? {
        var values: [KeyValue] = []
        var isWhole = true
        // All of them are looked at, since what is wrong with one is an error whether or not another one is missing.
        for (columns, limit) in [(partition, Limits.partitionKeySize), (sort, Limits.sortKeySize)] {
            for column in columns {
                if let value = try part(column, limit) { values.append(value) } else { isWhole = false }
            }
        }
        guard isWhole else { return nil }
        let ranges = values.dropFirst(partition.count)
        return StoredKey(
            hash: Self.joined(Array(values.prefix(partition.count))), range: ranges.first,
            more: Array(ranges.dropFirst()))
    }

    /// One part stands for itself.
    private static func joined(_ parts: [KeyValue]) -> KeyValue {
        guard parts.count > 1 else { return parts[0] }
        var text = ""
        for case .text(let part) in parts { text += "\(part.utf8Count):\(part.string)," }
        return .text(Text(text))
    }

    // MARK: Statements

    /// Each column's value taken out of `item_data`, in the order of ``columns``; NULL where an attribute is absent or
    /// has another type.
    package var extracted: [String] {
        let parts = partition.map(\.extracted)
        guard parts.count > 1 else { return parts + sort.map(\.extracted) }
        let joined = parts.map { "octet_length(\($0)) || ':' || \($0) || ','" }.joined(separator: " || ")
        return ["(\(joined))"] + sort.map(\.extracted)
    }

    /// Whether the item in `item_data` has every attribute, each can be a key, and all of a key are short enough
    /// together.
    package var isUsable: String {
        var conditions: [String] = []
        for (columns, limit) in [(partition, Limits.partitionKeySize), (sort, Limits.sortKeySize)] {
            conditions += columns.map { $0.isUsable(limit: limit) }
            let sizes = columns.compactMap(\.size)
            if sizes.count > 1 { conditions.append("\(sizes.joined(separator: " + ")) <= \(limit)") }
        }
        return conditions.joined(separator: " AND ")
    }
}
