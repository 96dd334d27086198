package import DynamoModel

/// The `ExpressionAttributeNames` and `ExpressionAttributeValues` of a request, and which of them its expressions used.
///
/// One context serves all expressions of a request; after the last one is bound, ``checkAllUsed()`` rejects what no
/// expression mentioned.
package struct ExpressionContext: Sendable {
    /// By placeholder, with its `#`.
    package let names: [String: String]?
    /// By placeholder, with its `:`.
    package let values: [String: AttributeValue]?

    private var usedNames: Set<String> = []
    private var usedValues: Set<String> = []

    package init(names: [String: String]? = nil, values: [String: AttributeValue]? = nil) {
        self.names = names
        self.values = values
    }

    mutating func name(_ placeholder: String) -> String? {
        guard let name = names?[placeholder] else { return nil }
        usedNames.insert(placeholder)
        return name
    }

    mutating func value(_ placeholder: String) -> AttributeValue? {
        guard let value = values?[placeholder] else { return nil }
        usedValues.insert(placeholder)
        return value
    }

    /// - Throws: the service's error naming the placeholders that no expression used, names before values.
    package func checkAllUsed() throws(WireError) {
        try Self.check(names?.keys.filter { !usedNames.contains($0) }, parameter: "ExpressionAttributeNames")
        try Self.check(values?.keys.filter { !usedValues.contains($0) }, parameter: "ExpressionAttributeValues")
    }

    private static func check(_ unused: [String]?, parameter: String) throws(WireError) {
        guard let unused, !unused.isEmpty else { return }
        let keys = unused.sorted().joined(separator: ", ")
        throw .validation("Value provided in \(parameter) unused in expressions: keys: {\(keys)}")
    }
}
