/// In which words an operation reports broken constraints (docs/decisions, "The words of refusals").
enum ConstraintWording {
    /// All of them in one message, each with the value that came: `2 validation errors detected: Value 'x' at
    /// 'tableName' …; Value null at …`.
    case counted
    /// The first one alone. Where a length, a range or a pattern is broken, the member has its name as it is on the
    /// wire and the value is left out: `1 validation error detected: Value at 'TableName' …`.
    case single
    /// As `single`, but where the first one is a value outside an enumeration, all of these together and counted.
    case singleOrEnumerations
}

/// Reads the members of one structure of a request, and collects which of them break a constraint.
///
/// Wrong JSON types throw at once, as the service's protocol layer does; broken constraints end the constraint stage
/// (``finish()``), as its validation layer reports them.
struct RequestReader {
    let json: JSONValue
    let wording: ConstraintWording
    /// The path of this structure in constraint messages, with its trailing dot; empty at the top.
    let path: String
    private(set) var failures: [String] = []
    /// Those of ``failures`` that are about enumerations.
    private var enumerationFailures: [String] = []

    /// - Parameter name: the structure's name in the service's model.
    init(
        _ json: JSONValue, _ name: String, path: String = "", wording: ConstraintWording = .counted
    ) throws(WireError) {
        self.json = try WireType.structure(json, named: name)
        self.path = path
        self.wording = wording
    }

    /// The member, unless it is absent or null.
    func value(_ name: String) -> JSONValue? {
        guard let value = json[name], value != .null else { return nil }
        return value
    }

    func has(_ name: String) -> Bool { value(name) != nil }

    func string(_ name: String) throws(WireError) -> String? {
        guard let value = value(name) else { return nil }
        return try WireType.string(value)
    }

    func bool(_ name: String) throws(WireError) -> Bool? {
        guard let value = value(name) else { return nil }
        return try WireType.bool(value)
    }

    func integer(_ name: String, type: String = "Integer") throws(WireError) -> Int? {
        guard let value = value(name) else { return nil }
        return try WireType.integer(value, type: type)
    }

    func list(_ name: String) throws(WireError) -> [JSONValue]? {
        guard let value = value(name) else { return nil }
        return try WireType.list(value)
    }

    func strings(_ name: String) throws(WireError) -> [String]? {
        guard let list = try list(name) else { return nil }
        var strings: [String] = []
        for element in list { strings.append(try WireType.string(element)) }
        return strings
    }

    func map(_ name: String, of valueName: String) throws(WireError) -> [JSONMember]? {
        guard let value = value(name) else { return nil }
        return try WireType.map(value, of: valueName)
    }

    func structure(_ name: String, _ structureName: String) throws(WireError) -> RequestReader? {
        guard let value = value(name) else { return nil }
        return try RequestReader(
            value, structureName, path: path + RequestReader.memberName(name) + ".", wording: wording)
    }

    /// The name of a member as messages have it: `TableName` is `tableName` there.
    static func memberName(_ name: String) -> String {
        name.prefix(1).lowercased() + name.dropFirst()
    }
}

// MARK: - Constraints

extension RequestReader {
    /// Adds a broken constraint. A nil value is the service's `null`, which it does not quote.
    mutating func fail(_ value: String?, at member: String, _ constraint: String) {
        let shown = value.map { "'\($0)'" } ?? "null"
        let place = RequestReader.memberName(path + RequestReader.memberName(member))
        failures.append("Value \(shown) at '\(place)' failed to satisfy constraint: \(constraint)")
    }

    /// Adds a broken length, range or pattern, which the newer wording reports without the value.
    private mutating func failMeasured(
        _ value: String, at member: String, _ constraint: String, in wording: ConstraintWording? = nil
    ) {
        switch wording ?? self.wording {
        case .counted: fail(value, at: member, constraint)
        case .single, .singleOrEnumerations:
            failures.append("Value at '\(path)\(member)' failed to satisfy constraint: \(constraint)")
        }
    }

    mutating func require(_ name: String) {
        if !has(name) { fail(nil, at: name, "Member must not be null") }
    }

    mutating func checkLength(
        _ count: Int, _ limits: ClosedRange<Int>, of shown: String, at name: String,
        in wording: ConstraintWording? = nil
    ) {
        if count < limits.lowerBound {
            let constraint = "Member must have length greater than or equal to \(limits.lowerBound)"
            failMeasured(shown, at: name, constraint, in: wording)
        } else if count > limits.upperBound {
            let constraint = "Member must have length less than or equal to \(limits.upperBound)"
            failMeasured(shown, at: name, constraint, in: wording)
        }
    }

    /// The length of each text of a list.
    ///
    /// - Parameter shown: the list.
    mutating func checkElements(_ texts: [String], _ limits: ClosedRange<Int>, of shown: String, at name: String) {
        guard !texts.allSatisfy({ limits.contains($0.utf16.count) }) else { return }
        fail(
            shown, at: name,
            "Member must satisfy constraint: [Member must have length less than or equal to \(limits.upperBound), "
                + "Member must have length greater than or equal to \(limits.lowerBound)]")
    }

    mutating func checkValue(_ value: Int?, _ limits: ClosedRange<Int>, at name: String) {
        guard let value else { return }
        if value < limits.lowerBound {
            failMeasured(
                String(value), at: name, "Member must have value greater than or equal to \(limits.lowerBound)")
        } else if value > limits.upperBound {
            failMeasured(String(value), at: name, "Member must have value less than or equal to \(limits.upperBound)")
        }
    }

    mutating func checkPattern(_ text: String, at name: String, in wording: ConstraintWording? = nil) {
        if !ResourceName.matchesPattern(text) {
            failMeasured(
                text, at: name, "Member must satisfy regular expression pattern: \(ResourceName.pattern)", in: wording)
        }
    }

    mutating func enumeration<E: WireEnum>(_ name: String) throws(WireError) -> E? {
        guard let text = try string(name) else { return nil }
        if let value = E(rawValue: text) { return value }
        fail(text, at: name, "Member must satisfy enum value set: [\(E.wireOrder)]")
        enumerationFailures += failures.suffix(1)
        return nil
    }

    /// An index's name, checked as all names of resources are.
    mutating func resourceName(_ name: String, _ limits: ClosedRange<Int>) throws(WireError) -> String? {
        guard let text = try string(name) else { return nil }
        checkLength(text.utf16.count, limits, of: text, at: name)
        checkPattern(text, at: name)
        return text
    }

    /// The `TableName` of an operation on one table: a name or a table's ARN.
    mutating func tableName(acceptsARN: Bool = true) throws(WireError) -> String {
        guard let text = try string("TableName") else {
            throw .validation("The parameter 'TableName' is required but was not present in the request")
        }
        if acceptsARN, ResourceName.isTableARN(text) { return text }
        if text.isEmpty {
            // The empty name breaks the rule of ARNs, which are as short as one character to the service.
            checkLength(0, 1...Limits.tableNameLength.upperBound, of: text, at: "TableName")
            return text
        }
        checkLength(text.utf16.count, Limits.tableNameLength, of: text, at: "TableName")
        checkPattern(text, at: "TableName")
        return text
    }

    /// The `TableName` of an operation on items: any name that has a character, or a table's ARN. Whether there can be
    /// a table of that name is a matter of looking (the model's `TableArn`: length 1 or more). The newer wording in
    /// every such operation.
    mutating func itemTableName() throws(WireError) -> String {
        guard let text = try string("TableName") else {
            throw .validation("The parameter 'TableName' is required but was not present in the request")
        }
        if ResourceName.isTableARN(text) { return text }
        let longest = Limits.tableNameLength.upperBound
        checkLength(text.utf16.count, 1...longest, of: text, at: "TableName", in: .single)
        if !text.isEmpty { checkPattern(text, at: "TableName", in: .single) }
        return text
    }

    /// Takes over what a nested structure found.
    mutating func merge(_ nested: RequestReader) {
        failures += nested.failures
        enumerationFailures += nested.enumerationFailures
    }

    /// Ends the constraint stage.
    func finish() throws(WireError) {
        guard let first = failures.first else { return }
        switch wording {
        case .counted: throw Self.counted(failures)
        case .singleOrEnumerations where first == enumerationFailures.first: throw Self.counted(enumerationFailures)
        case .single, .singleOrEnumerations: throw Self.counted([first])
        }
    }

    private static func counted(_ failures: [String]) -> WireError {
        let plural = failures.count == 1 ? "error" : "errors"
        return .validation(
            "\(failures.count) validation \(plural) detected: \(failures.joined(separator: "; "))")
    }
}

/// The rules of names of tables and indexes ("Naming rules" in the Developer Guide).
package enum ResourceName {
    static let pattern = "[a-zA-Z0-9_.-]+"

    static func matchesPattern(_ name: String) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    /// Whether operations on items look for a table of this name, though there may be none that short.
    static func canBeLookedFor(_ name: String) -> Bool {
        name.utf8.count <= Limits.tableNameLength.upperBound && matchesPattern(name)
    }

    /// Whether this can be the name of a table.
    package static func isValidTableName(_ name: String) -> Bool {
        Limits.tableNameLength.contains(name.utf8.count) && matchesPattern(name)
    }

    /// Whether this is `arn:aws:dynamodb:REGION:ACCOUNT:table/NAME` (of any partition).
    package static func isTableARN(_ text: String) -> Bool {
        guard text.hasPrefix("arn:"), text.utf8.count <= 1024 else { return false }
        let parts = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6, parts[2] == "dynamodb", parts[5].hasPrefix("table/") else { return false }
        return isValidTableName(String(parts[5].dropFirst("table/".count)))
    }
}
