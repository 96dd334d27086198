/// The expressions of a request and the placeholders they share: checked as far as that needs no parser.
///
/// The order of the checks is the service's: mixing with the older parameters, names, values, then the expressions.
struct ExpressionParameters {
    let names: [String: String]?
    let values: [String: AttributeValue]?

    /// - Parameters:
    ///   - expressions: the members that hold expressions, in the order in which messages name them.
    ///   - legacy: the members that an expression replaces.
    ///   - takesValues: whether the operation has `ExpressionAttributeValues`.
    ///   - sized: the expressions whose length is told when they are too long; Scan tells that of its filter alone.
    init(
        _ reader: RequestReader, expressions: [String], legacy: [String], takesValues: Bool = true,
        sized: Set<String> = []
    ) throws(WireError) {
        try ExpressionParameters.refuseMixing(reader, expressions, legacy)
        let isUsed = expressions.contains { reader.has($0) }
        names = try ExpressionParameters.names(reader, isUsed: isUsed)
        values = takesValues ? try ExpressionParameters.values(reader, expressions) : nil
        for expression in expressions {
            guard let text = try reader.string(expression) else { continue }
            if text.isEmpty {
                throw .validation("Invalid \(expression): The expression can not be empty;")
            }
            if text.utf8.count > Limits.expressionSize {
                let size = sized.contains(expression) ? " expression size: \(text.utf8.count)" : ""
                throw .validation(
                    "Invalid \(expression): Expression size has exceeded the maximum allowed size;" + size)
            }
        }
    }

    private static func refuseMixing(
        _ reader: RequestReader, _ expressions: [String], _ legacy: [String]
    ) throws(WireError) {
        let used = expressions.filter { reader.has($0) }
        guard !used.isEmpty else { return }
        // A filter expression may stand beside KeyConditions; only two forms of one thing exclude each other.
        let allowsKeyConditions = !reader.has("KeyConditionExpression")
        let old = legacy.filter { reader.has($0) && !($0 == "KeyConditions" && allowsKeyConditions) }
        guard !old.isEmpty else { return }
        throw mixingError(old: old, expressions: used)
    }

    static func mixingError(old: [String], expressions: [String]) -> WireError {
        .validation(
            "Can not use both expression and non-expression parameters in the same request: "
                + "Non-expression parameters: {\(old.joined(separator: ", "))} "
                + "Expression parameters: {\(expressions.joined(separator: ", "))}")
    }

    private static func names(_ reader: RequestReader, isUsed: Bool) throws(WireError) -> [String: String]? {
        let member = "ExpressionAttributeNames"
        guard let members = try reader.map(member, of: "java.lang.String") else { return nil }
        var names: [String: String] = [:]
        for entry in members { names[entry.name] = try WireType.string(entry.value) }
        if !isUsed { throw .validation("\(member) can only be specified when using expressions") }
        if names.isEmpty { throw .validation("\(member) must not be empty") }
        for key in names.keys.sorted() where !isPlaceholder(key, "#") {
            throw .validation("\(member) contains invalid key: Syntax error; key: \"\(key)\"")
        }
        for (key, name) in names {
            if name.isEmpty {
                throw .validation(
                    "\(member) contains invalid value: Attribute name must not be empty for key \(key)")
            }
            if name.utf8.count > Limits.attributeNameLength {
                throw .attributeNameTooLarge
            }
        }
        return names
    }

    private static func values(
        _ reader: RequestReader, _ expressions: [String]
    ) throws(WireError) -> [String: AttributeValue]? {
        let member = "ExpressionAttributeValues"
        guard let members = try reader.map(member, of: WireType.attributeValueName) else { return nil }
        // A projection has no use for values.
        let takers = expressions.filter { $0 != "ProjectionExpression" }
        if !takers.contains(where: { reader.has($0) }) {
            throw .validation(
                "\(member) can only be specified when using expressions: "
                    + "\(takers.joined(separator: " and ")) \(takers.count == 1 ? "is" : "are") null")
        }
        if members.isEmpty { throw .validation("\(member) must not be empty") }
        for entry in members where !isPlaceholder(entry.name, ":") {
            throw .validation("\(member) contains invalid key: Syntax error; key: \"\(entry.name)\"")
        }
        var values: [String: AttributeValue] = [:]
        for entry in members {
            do throws(WireError) {
                values[entry.name] = try AttributeValue(placeholder: entry.value)
            } catch {
                guard error.code == .validationException else { throw error }
                throw .validation("\(member) contains invalid value: \(error.message) for key \(entry.name)")
            }
        }
        // Said of the document and not of the placeholder, and alike in reads and writes.
        guard values.values.allSatisfy({ $0.nestingDepth < Limits.nestingDepth }) else {
            throw AttributeValue.nestingError.enveloped()
        }
        return values
    }

    /// `#name` or `:name` of letters, digits and underscores.
    private static func isPlaceholder(_ key: String, _ prefix: Character) -> Bool {
        guard key.first == prefix, key.utf8.count > 1 else { return false }
        return key.utf8.dropFirst().allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
    }
}
