/// The comparison operators of the parameters that came before expressions.
package enum ComparisonOperator: String, Hashable, Sendable, CaseIterable, WireEnum {
    case equal = "EQ"
    case notEqual = "NE"
    case lessOrEqual = "LE"
    case less = "LT"
    case greaterOrEqual = "GE"
    case greater = "GT"
    case notNull = "NOT_NULL"
    case null = "NULL"
    case contains = "CONTAINS"
    case notContains = "NOT_CONTAINS"
    case beginsWith = "BEGINS_WITH"
    case `in` = "IN"
    case between = "BETWEEN"

    static let wireOrder =
        "IN, NULL, BETWEEN, LT, NOT_CONTAINS, EQ, GT, NOT_NULL, NE, LE, BEGINS_WITH, GE, CONTAINS"

    fileprivate func accepts(argumentCount count: Int) -> Bool {
        switch self {
        case .null, .notNull: count == 0
        case .between: count == 2
        case .in: count >= 1
        default: count == 1
        }
    }

    fileprivate func accepts(_ type: AttributeType) -> Bool {
        switch self {
        case .equal, .notEqual, .null, .notNull: true
        case .lessOrEqual, .less, .greaterOrEqual, .greater, .between, .in:
            type == .string || type == .number || type == .binary
        case .contains, .notContains:
            type == .string || type == .number || type == .binary || type == .bool || type == .null
        case .beginsWith: type == .string || type == .binary
        }
    }
}

/// How several legacy conditions combine; AND where nothing is said.
package enum ConditionalOperator: String, Hashable, Sendable, CaseIterable, WireEnum {
    case and = "AND"
    case or = "OR"

    static let wireOrder = "OR, AND"
}

/// A condition on one attribute, of `KeyConditions`, `QueryFilter`, `ScanFilter` or `Expected`.
///
/// `Expected` has two more spellings, which read as these: `Exists: false` is `NULL`, and a bare `Value` is `EQ`.
package struct LegacyCondition: Hashable, Sendable {
    package var comparisonOperator: ComparisonOperator
    package var attributeValueList: [AttributeValue]

    package init(_ comparisonOperator: ComparisonOperator, _ attributeValueList: [AttributeValue] = []) {
        self.comparisonOperator = comparisonOperator
        self.attributeValueList = attributeValueList
    }
}

/// A change of one attribute, of `AttributeUpdates`.
package struct AttributeUpdate: Hashable, Sendable {
    package enum Action: String, Hashable, Sendable, CaseIterable, WireEnum {
        case put = "PUT"
        case add = "ADD"
        case delete = "DELETE"

        static let wireOrder = "ADD, PUT, DELETE"
    }

    package var action: Action
    /// Nil only for `DELETE`, which then removes the attribute.
    package var value: AttributeValue?

    package init(_ action: Action, _ value: AttributeValue? = nil) {
        self.action = action
        self.value = value
    }
}

extension LegacyCondition {
    fileprivate func check() throws(WireError) {
        guard comparisonOperator.accepts(argumentCount: attributeValueList.count) else {
            throw .invalidParameter(
                "Invalid number of argument(s) for the \(comparisonOperator.rawValue) ComparisonOperator")
        }
        for value in attributeValueList where !comparisonOperator.accepts(value.type) {
            throw .invalidParameter(
                "ComparisonOperator \(comparisonOperator.rawValue) is not valid for \(value.type.rawValue) "
                    + "AttributeValue type")
        }
        guard comparisonOperator == .between || comparisonOperator == .in else { return }
        if Set(attributeValueList.map(\.type)).count > 1 {
            throw .invalidParameter("AttributeValues inside AttributeValueList must all be of the same type")
        }
        if comparisonOperator == .between, attributeValueList[0].isGreater(than: attributeValueList[1]) {
            throw .validation(
                "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound")
        }
    }
}

extension AttributeValue {
    fileprivate func isGreater(than other: AttributeValue) -> Bool {
        switch (self, other) {
        case (.string(let a), .string(let b)): a > b
        case (.number(let a), .number(let b)): a > b
        case (.binary(let a), .binary(let b)): b.lexicographicallyPrecedes(a)
        default: false
        }
    }
}

/// The legacy members of a request: enumerations are read in the constraint stage, values after it.
struct LegacyReader {
    /// The conditions of one attribute as they came.
    private struct Entry {
        let name: Text
        let reader: RequestReader
        let comparison: ComparisonOperator?
    }

    private let entries: [Entry]
    private let isExpected: Bool

    /// Reads `KeyConditions` and its kin, or `Expected`, into `reader`'s constraint stage.
    init?(_ member: String, _ reader: inout RequestReader) throws(WireError) {
        isExpected = member == "Expected"
        let structure = isExpected ? "ExpectedAttributeValue" : "Condition"
        guard let members = try reader.map(member, of: "com.amazonaws.dynamodb.v20120810.\(structure)") else {
            return nil
        }
        var entries: [Entry] = []
        for entry in members {
            let path = "\(RequestReader.memberName(member)).\(entry.name).member."
            var nested = try RequestReader(entry.value, structure, path: path)
            if !isExpected { nested.require("ComparisonOperator") }
            let comparison: ComparisonOperator? = try nested.enumeration("ComparisonOperator")
            _ = try nested.bool("Exists")
            reader.merge(nested)
            entries.append(Entry(name: Text(entry.name), reader: nested, comparison: comparison))
        }
        self.entries = entries
    }

    /// Reads and checks the values: after the constraint stage.
    func conditions() throws(WireError) -> [Text: LegacyCondition] {
        var conditions: [Text: LegacyCondition] = [:]
        for entry in entries {
            let condition =
                isExpected ? try expected(entry) : LegacyCondition(entry.comparison ?? .equal, try list(entry))
            try condition.check()
            conditions[entry.name] = condition
        }
        return conditions
    }

    private func list(_ entry: Entry) throws(WireError) -> [AttributeValue] {
        var values: [AttributeValue] = []
        for json in try entry.reader.list("AttributeValueList") ?? [] { values.append(try AttributeValue(json: json)) }
        return values
    }

    private func expected(_ entry: Entry) throws(WireError) -> LegacyCondition {
        let reader = entry.reader
        let suffix = " for Attribute: \(entry.name)"
        if reader.has("AttributeValueList"), reader.has("Value") {
            throw .invalidParameter("Value and AttributeValueList cannot be used together" + suffix)
        }
        let value = try reader.value("Value").map { json throws(WireError) in try AttributeValue(json: json) }
        if let comparison = entry.comparison {
            if reader.has("Exists") {
                throw .invalidParameter("Exists and ComparisonOperator cannot be used together" + suffix)
            }
            if comparison != .null, comparison != .notNull, value == nil, !reader.has("AttributeValueList") {
                throw .invalidParameter(
                    "Value or AttributeValueList must be used with ComparisonOperator: \(comparison.rawValue)" + suffix)
            }
            if let value { return LegacyCondition(comparison, [value]) }
            return LegacyCondition(comparison, try list(entry))
        }
        if reader.has("AttributeValueList") {
            throw .invalidParameter("AttributeValueList can only be used with a ComparisonOperator" + suffix)
        }
        let exists = try reader.bool("Exists")
        if exists ?? true {
            guard let value else {
                throw .invalidParameter(
                    "Value must be provided when Exists is \(exists.map(String.init) ?? "null")" + suffix)
            }
            return LegacyCondition(.equal, [value])
        }
        if value != nil { throw .invalidParameter("Value cannot be used when Exists is false" + suffix) }
        return LegacyCondition(.null)
    }

    /// The operator makes sense only between two conditions or more.
    static func check(_ conditionalOperator: ConditionalOperator?, over conditions: Int?) throws(WireError) {
        guard conditionalOperator != nil else { return }
        guard let conditions, conditions > 0 else {
            throw .validation("ConditionalOperator cannot be used without Filter or Expected")
        }
        guard conditions > 1 else {
            throw .validation(
                "ConditionalOperator can only be used when Filter or Expected has two or more elements")
        }
    }
}

/// `AttributeUpdates`, in the same two stages.
struct AttributeUpdatesReader {
    private let entries: [(name: Text, reader: RequestReader, action: AttributeUpdate.Action)]

    init?(_ reader: inout RequestReader) throws(WireError) {
        let structure = "AttributeValueUpdate"
        guard
            let members = try reader.map(
                "AttributeUpdates", of: "com.amazonaws.dynamodb.v20120810.\(structure)")
        else { return nil }
        var entries: [(Text, RequestReader, AttributeUpdate.Action)] = []
        for entry in members {
            var nested = try RequestReader(entry.value, structure, path: "attributeUpdates.\(entry.name).member.")
            let action: AttributeUpdate.Action? = try nested.enumeration("Action")
            reader.merge(nested)
            entries.append((Text(entry.name), nested, action ?? .put))
        }
        self.entries = entries
    }

    func updates() throws(WireError) -> [Text: AttributeUpdate] {
        var updates: [Text: AttributeUpdate] = [:]
        for (name, reader, action) in entries {
            let value = try reader.value("Value").map { json throws(WireError) in try AttributeValue(json: json) }
            switch (action, value?.type) {
            case (.put, nil), (.add, nil):
                throw .invalidParameter("Only DELETE action is allowed when no attribute value is specified")
            case (.delete, let type?) where ![.stringSet, .numberSet, .binarySet].contains(type):
                throw .invalidParameter("DELETE action with value is not supported for the type \(type.rawValue)")
            case (.add, let type?) where ![.number, .stringSet, .numberSet, .binarySet, .list].contains(type):
                throw .invalidParameter("ADD action is not supported for the type \(type.rawValue)")
            default: break
            }
            updates[name] = AttributeUpdate(action, value)
        }
        return updates
    }
}
