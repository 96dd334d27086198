package import DynamoModel
package import Postgres

/// The PostgreSQL type of a key column.
package enum ColumnStorage: String, Sendable, Hashable {
    case text = "TEXT"
    case numeric = "NUMERIC"
    case bytea = "BYTEA"

    /// The storage of a sort key; partition keys are always text.
    package init(sortKey type: KeyAttributeType) {
        switch type {
        case .string: self = .text
        case .number: self = .numeric
        case .binary: self = .bytea
        }
    }

    /// `sk_s`, `sk_n` or `sk_b`.
    var suffix: String {
        switch self {
        case .text: "s"
        case .numeric: "n"
        case .bytea: "b"
        }
    }

    /// An array parameter of this type for `unnest`.
    package func array(_ values: [KeyValue?]) -> PostgresValue {
        switch self {
        case .text, .numeric: .textArray(values.map { $0?.text })
        case .bytea: .byteaArray(values.map { $0?.bytes })
        }
    }
}

/// A key attribute's value as its column holds it.
///
/// Partition keys are text: a string as it is, a number in its normalised form, binary in Base64. Sort keys have a
/// column of their type. Equality is that of the column, bytewise for text.
package enum KeyValue: Sendable, Hashable {
    case text(Text)
    case numeric(DynamoNumber)
    case bytea([UInt8])

    package var parameter: PostgresValue {
        switch self {
        case .text(let text): .text(text.string)
        case .numeric(let number): .text(number.description)
        case .bytea(let bytes): .bytea(bytes)
        }
    }

    fileprivate var text: String? {
        switch self {
        case .text(let text): text.string
        case .numeric(let number): number.description
        case .bytea: nil
        }
    }

    fileprivate var bytes: [UInt8]? {
        if case .bytea(let bytes) = self { bytes } else { nil }
    }
}

/// The key of a stored row: the values of `pk` and, if the schema has a sort key, of its columns.
package struct StoredKey: Sendable, Hashable {
    package let hash: KeyValue
    package let range: KeyValue?
    /// The values of the second and further sort columns, which only a global index can have.
    package let more: [KeyValue]

    package init(hash: KeyValue, range: KeyValue? = nil, more: [KeyValue] = []) {
        self.hash = hash
        self.range = range
        self.more = more
    }

    /// The values in the order of the columns.
    package var values: [KeyValue] { [hash] + sortValues }

    /// The values of the sort columns.
    var sortValues: [KeyValue] { range.map { [$0] + more } ?? [] }

    package var parameters: [PostgresValue] { values.map(\.parameter) }
}

/// A column that holds a key attribute.
package struct KeyColumn: Sendable, Hashable {
    /// `pk`, `sk_s`, `base_sk_n`, ….
    package let name: String
    package let attribute: Text
    package let type: KeyAttributeType
    package let storage: ColumnStorage

    /// The partition key's column.
    static func hash(_ attribute: Text, _ type: KeyAttributeType, prefix: String = "") -> KeyColumn {
        KeyColumn(name: prefix + "pk", attribute: attribute, type: type, storage: .text)
    }

    /// A column of the sort key.
    ///
    /// - Parameter position: of the attribute in the sort key, from 1: `sk_n`, `sk2_n`, ….
    static func range(
        _ attribute: Text, _ type: KeyAttributeType, position: Int = 1, prefix: String = ""
    ) -> KeyColumn {
        let storage = ColumnStorage(sortKey: type)
        return KeyColumn(
            name: prefix + stem(position) + storage.suffix, attribute: attribute, type: type, storage: storage)
    }

    /// The name of a sort column without its type.
    static func stem(_ position: Int) -> String { position == 1 ? "sk_" : "sk\(position)_" }

    /// The column in an expression that compares or orders as DynamoDB does: strings by their bytes, whatever the
    /// collation of the column or of the database. On a column that has the "C" collation it changes nothing.
    package var ordered: String { storage == .text ? name + " COLLATE \"C\"" : name }

    /// The value in this column, `nil` if `value` has another type than the key attribute.
    package func value(of value: AttributeValue) throws(WireError) -> KeyValue? {
        switch (value, type) {
        case (.string(let text), .string):
            guard !text.string.utf8.contains(0) else { throw .nulCharacter }
            return .text(text)
        case (.number(let number), .number):
            return storage == .text ? .text(Text(number.description)) : .numeric(number)
        case (.binary(let bytes), .binary):
            return storage == .text ? .text(Text(Base64.encode(bytes))) : .bytea(bytes)
        default:
            return nil
        }
    }
}

extension WireError {
    /// PostgreSQL can store U+0000 neither in text nor in jsonb. ExtendDB's answer is an escape that only databases
    /// with a later migration have; a database that records it would be misread by every server without that migration.
    /// So our snapshots stay readable by all of them, and such a string is refused.
    static let nulCharacter = WireError.invalidParameter(
        "Strings that contain the character U+0000 are not supported by this server")
}
