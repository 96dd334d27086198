/// A parameter of a statement. PostgreSQL infers the type from the SQL text (write `$1::jsonb`, `$2::text[]` where it
/// cannot); everything but `bytea` travels in text format.
package enum PostgresValue: Sendable, Hashable {
    case null
    case text(String)
    /// Text that is encoded already, for example JSON.
    case utf8([UInt8])
    case bytea([UInt8])
    case int(Int64)
    case bool(Bool)
    case double(Double)
    case textArray([String?])
    /// As `textArray`, already encoded.
    case utf8Array([[UInt8]?])
    case byteaArray([[UInt8]?])

    package static func int(_ value: Int) -> PostgresValue { .int(Int64(value)) }
    package static func optional(_ value: String?) -> PostgresValue { value.map(PostgresValue.text) ?? .null }
    package static func optional(_ value: Int64?) -> PostgresValue { value.map { .int($0) } ?? .null }
    package static func optional(_ value: Int?) -> PostgresValue { value.map { .int(Int64($0)) } ?? .null }
    package static func optional(_ value: Double?) -> PostgresValue { value.map(PostgresValue.double) ?? .null }
    package static func optional(_ value: Bool?) -> PostgresValue { value.map(PostgresValue.bool) ?? .null }
    package static func optional(_ value: [UInt8]?) -> PostgresValue { value.map(PostgresValue.bytea) ?? .null }
}

extension PostgresValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByFloatLiteral, ExpressibleByNilLiteral
{
    package init(stringLiteral value: String) { self = .text(value) }
    package init(integerLiteral value: Int64) { self = .int(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(floatLiteral value: Double) { self = .double(value) }
    package init(nilLiteral: ()) { self = .null }
}

extension PostgresValue: CustomStringConvertible, CustomDebugStringConvertible {
    /// The kind only: values never reach a log.
    package var description: String {
        switch self {
        case .null: "null"
        case .text: "text"
        case .utf8: "utf8"
        case .bytea: "bytea"
        case .int: "int"
        case .bool: "bool"
        case .double: "double"
        case .textArray: "textArray"
        case .utf8Array: "utf8Array"
        case .byteaArray: "byteaArray"
        }
    }

    package var debugDescription: String { description }
}
