extension Item {
    /// Reads an item of a request, with the service's checks of each value.
    package init(json: JSONValue) throws(WireError) {
        self = try AttributeValue.attributes(json, depth: 0)
    }
}

extension AttributeValue {
    /// Reads a value of a request, with the service's checks: exactly one type, valid numbers, sets that are neither
    /// empty nor have duplicates, `NULL` true, at most 32 levels.
    package init(json: JSONValue) throws(WireError) {
        self = try AttributeValue.value(json, depth: 0)
    }

    /// Reads a value that an expression refers to, however deep: its depth is checked with that of the others, after
    /// what is wrong with any of them. The JSON reader bounds it here.
    init(placeholder json: JSONValue) throws(WireError) {
        self = try AttributeValue.value(json, depth: -Limits.jsonDepth)
    }

    /// - Parameter depth: the lists and maps around the value.
    private static func value(_ json: JSONValue, depth: Int) throws(WireError) -> AttributeValue {
        let members = try structMembers(json)
        var found: (type: AttributeType, value: AttributeValue)?
        var hasSeveral = false
        for member in members {
            guard let type = AttributeType(rawValue: member.name), member.value != .null else { continue }
            // A member that is given again takes the place of the earlier one, as in every structure.
            if let found, found.type != type { hasSeveral = true }
            found = (type, try value(of: type, member.value, depth: depth))
        }
        // What is wrong with one of several values is said before that they are several.
        if hasSeveral { throw severalTypesError }
        guard let found else { throw noTypeError }
        return found.value
    }

    static let noTypeError = WireError.validation(
        "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")
    static let severalTypesError = WireError.validation(
        "Supplied AttributeValue has more than one datatypes set, "
            + "must contain exactly one of the supported datatypes")

    private static func value(
        of type: AttributeType, _ json: JSONValue, depth: Int
    ) throws(WireError) -> AttributeValue {
        switch type {
        case .string: return .string(Text(try WireType.string(json)))
        case .number: return .number(try DynamoNumber(WireType.string(json)))
        case .binary: return .binary(try WireType.blob(json))
        case .bool: return .bool(try WireType.bool(json))
        case .null:
            guard try WireType.bool(json) else {
                throw .invalidParameter("Null attribute value types must have the value of true")
            }
            return .null
        case .list:
            try checkDepth(depth)
            var values: [AttributeValue] = []
            for element in try WireType.list(json) { values.append(try value(element, depth: depth + 1)) }
            return .list(values)
        case .map:
            try checkDepth(depth)
            return .map(try attributes(json, depth: depth + 1))
        case .stringSet: return .stringSet(try stringSet(json))
        case .numberSet: return .numberSet(try numberSet(json))
        case .binarySet: return .binarySet(try binarySet(json))
        }
    }

    fileprivate static func attributes(_ json: JSONValue, depth: Int) throws(WireError) -> Item {
        let members = try WireType.map(json, of: WireType.attributeValueName)
        var item = Item(minimumCapacity: members.count)
        for member in members where member.value != .null {
            try checkName(member.name, isTopLevel: depth == 0)
            item[Text(member.name)] = try value(member.value, depth: depth)
        }
        return item
    }

    private static func checkName(_ name: String, isTopLevel: Bool) throws(WireError) {
        if name.utf8.count > Limits.attributeNameLength { throw .attributeNameTooLarge }
        if isTopLevel, name.isEmpty { throw .invalidParameter("Attribute name must not be empty") }
    }

    private static func checkDepth(_ depth: Int) throws(WireError) {
        // The scalar at the bottom is a level too: 31 lists or maps are accepted around it, measured by others
        // against the service.
        guard depth + 1 < Limits.nestingDepth else { throw nestingError }
    }

    package static let nestingError = WireError.validation(
        "Nesting Levels have exceeded supported limits: "
            + "Attributes in the item have nested levels beyond supported limit")

    private static func structMembers(_ json: JSONValue) throws(WireError) -> [JSONMember] {
        switch json {
        case .object(let members): return members
        case .array:
            throw .serialization("Unrecognized collection type class \(WireType.attributeValueName)")
        default: throw .serialization("Unexpected value type in payload")
        }
    }

    private static func stringSet(_ json: JSONValue) throws(WireError) -> Set<Text> {
        let list = try WireType.list(json)
        guard !list.isEmpty else { throw .invalidParameter("An string set  may not be empty") }
        var texts: [Text] = []
        for element in list { texts.append(Text(try WireType.string(element))) }
        let set = Set(texts)
        guard set.count == texts.count else {
            throw .invalidParameter(
                "Input collection [\(texts.map(\.string).joined(separator: ", "))] contains duplicates.")
        }
        return set
    }

    private static func numberSet(_ json: JSONValue) throws(WireError) -> Set<DynamoNumber> {
        let list = try WireType.list(json)
        guard !list.isEmpty else { throw .invalidParameter("An number set  may not be empty") }
        var numbers = Set<DynamoNumber>()
        for element in list { numbers.insert(try DynamoNumber(WireType.string(element))) }
        guard numbers.count == list.count else { throw .validation("Input collection contains duplicates") }
        return numbers
    }

    private static func binarySet(_ json: JSONValue) throws(WireError) -> Set<[UInt8]> {
        let list = try WireType.list(json)
        guard !list.isEmpty else { throw .invalidParameter("Binary sets should not be empty") }
        var blobs = Set<[UInt8]>()
        for element in list { blobs.insert(try WireType.blob(element)) }
        guard blobs.count == list.count else {
            let texts = list.compactMap(\.stringValue).joined(separator: ", ")
            throw .invalidParameter("Input collection [\(texts)]of type BS contains duplicates.")
        }
        return blobs
    }
}

extension WireError {
    /// Of a name in an item, at any depth, or behind a placeholder.
    static let attributeNameTooLarge = WireError.validation(
        "1 validation error detected: Attribute name is too large, "
            + "must be less than \(Limits.attributeNameLength + 1) bytes")
}
