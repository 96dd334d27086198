/// The type descriptors of an attribute value on the wire.
package enum AttributeType: String, Hashable, Sendable, CaseIterable {
    case string = "S"
    case number = "N"
    case binary = "B"
    case bool = "BOOL"
    case null = "NULL"
    case list = "L"
    case map = "M"
    case stringSet = "SS"
    case numberSet = "NS"
    case binarySet = "BS"
}

/// An item: attribute names and their values.
package typealias Item = [Text: AttributeValue]

/// A value of DynamoDB's data model. Equality is DynamoDB's: numbers by value, strings by bytes, sets without order.
package enum AttributeValue: Hashable, Sendable {
    case string(Text)
    case number(DynamoNumber)
    case binary([UInt8])
    case bool(Bool)
    case null
    case list([AttributeValue])
    case map(Item)
    case stringSet(Set<Text>)
    case numberSet(Set<DynamoNumber>)
    case binarySet(Set<[UInt8]>)

    package var type: AttributeType {
        switch self {
        case .string: .string
        case .number: .number
        case .binary: .binary
        case .bool: .bool
        case .null: .null
        case .list: .list
        case .map: .map
        case .stringSet: .stringSet
        case .numberSet: .numberSet
        case .binarySet: .binarySet
        }
    }

    /// Levels of lists and maps in this value: 0 for a scalar or a set, 1 for an empty list.
    package var nestingDepth: Int {
        switch self {
        case .list(let values): 1 + (values.lazy.map(\.nestingDepth).max() ?? 0)
        case .map(let members): 1 + (members.values.lazy.map(\.nestingDepth).max() ?? 0)
        default: 0
        }
    }
}
