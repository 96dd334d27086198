package import DynamoModel

// `ExclusiveStartKey` is the key of the last item seen: of the base item for a table, of both for an index.

extension PhysicalTable {
    /// The position of a key for `RangeStatements.query` on this table.
    package func queryPosition(_ key: StoredKey) -> [KeyValue] {
        key.range.map { [$0] } ?? []
    }

    /// The position of a key for `RangeStatements.scan` on this table.
    package func scanPosition(_ key: StoredKey) -> [KeyValue] {
        key.values
    }
}

extension PhysicalIndex {
    /// Where an item lies in this index.
    package struct Position: Sendable, Hashable {
        package let key: StoredKey
        package let base: StoredKey

        package init(key: StoredKey, base: StoredKey) {
            self.key = key
            self.base = base
        }

        /// For `RangeStatements.query` on the index.
        package var queryPosition: [KeyValue] { key.sortValues + base.values }

        /// For `RangeStatements.scan` on the index.
        package var scanPosition: [KeyValue] { key.values + base.values }
    }

    /// The names in a start key: of the index key and of the base key, each once.
    package var positionAttributes: Set<Text> {
        Set((key.attributes + base.attributes).map(\.attribute))
    }

    /// Reads a start key, which must hold the attributes of the index key and of the base key and nothing else.
    ///
    /// - Throws: the validation error for a key that does not match the schema.
    package func position(exactly position: Item) throws(WireError) -> Position {
        guard Set(position.keys) == positionAttributes else { throw KeyValidation.schemaMismatch }
        func part(_ columns: KeyColumns) throws(WireError) -> StoredKey {
            let key = try columns.key { (column, limit) throws(WireError) in
                try KeyValidation.value(ofKey: position, column, limit: limit)
            }
            guard let key else { throw KeyValidation.schemaMismatch }
            return key
        }
        return Position(key: try part(key), base: try part(base))
    }
}
