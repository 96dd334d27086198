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
        package var queryPosition: [KeyValue] { (key.range.map { [$0] } ?? []) + base.values }

        /// For `RangeStatements.scan` on the index.
        package var scanPosition: [KeyValue] { key.values + base.values }
    }

    /// The names in a start key: of the index key and of the base key, each once.
    package var positionAttributes: Set<Text> {
        Set([hash.attribute, baseHash.attribute] + [range, baseRange].compactMap { $0?.attribute })
    }

    /// Reads a start key, which must hold the attributes of the index key and of the base key and nothing else.
    ///
    /// - Throws: the validation error for a key that does not match the schema.
    package func position(exactly key: Item) throws(WireError) -> Position {
        guard Set(key.keys) == positionAttributes else { throw KeyValidation.schemaMismatch }
        func part(_ hash: KeyColumn, _ range: KeyColumn?) throws(WireError) -> StoredKey {
            var names: Item = [:]
            for column in [hash, range].compactMap({ $0 }) { names[column.attribute] = key[column.attribute] }
            return try KeyValidation.key(exactly: names, hash: hash, range: range)
        }
        return Position(key: try part(hash, range), base: try part(baseHash, baseRange))
    }
}
