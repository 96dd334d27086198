/// What a parameter of the Query protocol may look like, as the service model of the RDS API says it
/// (`FaultServerModelTests` holds these declarations against the model).
package indirect enum RequestShape: Sendable, Hashable {
    case text
    case boolean
    case integer
    case number
    /// `name.element.1`, …
    case list(element: String, RequestShape)
    case structure([String: RequestShape], required: Set<String> = [])
}

/// A decoded parameter.
package enum RequestValue: Sendable, Hashable {
    case text(String)
    case boolean(Bool)
    case integer(Int)
    case number(Double)
    case list([RequestValue])
    case structure([String: RequestValue])

    package subscript(name: String) -> RequestValue? {
        guard case .structure(let members) = self else { return nil }
        return members[name]
    }

    package var text: String? { if case .text(let value) = self { value } else { nil } }
    package var boolean: Bool? { if case .boolean(let value) = self { value } else { nil } }
    package var integer: Int? { if case .integer(let value) = self { value } else { nil } }
    package var number: Double? { if case .number(let value) = self { value } else { nil } }
    package var list: [RequestValue] { if case .list(let values) = self { values } else { [] } }
}

/// Why a form is not a request of the model.
struct ShapeError: Error {
    let message: String

    init(_ message: String) { self.message = message }
}

/// The parameters of a form as a tree: names are parts separated by dots.
enum ParameterTree {
    case value(String)
    case members([String: ParameterTree])

    /// - Throws: when a name stands twice, or both as a value and as a structure.
    static func parse(_ fields: [(name: String, value: String)]) throws(ShapeError) -> ParameterTree {
        var root = ParameterTree.members([:])
        for field in fields {
            try root.insert(
                field.value, at: field.name.split(separator: ".", omittingEmptySubsequences: false)[...], field.name)
        }
        return root
    }

    private mutating func insert(_ value: String, at path: ArraySlice<Substring>, _ name: String) throws(ShapeError) {
        guard case .members(var members) = self, let first = path.first else {
            throw ShapeError("\(name) is both a value and a structure")
        }
        let key = String(first)
        if path.count == 1 {
            guard members[key] == nil else { throw ShapeError("\(name) stands twice") }
            members[key] = .value(value)
        } else {
            var inner = members[key] ?? .members([:])
            try inner.insert(value, at: path.dropFirst(), name)
            members[key] = inner
        }
        self = .members(members)
    }
}

extension RequestShape {
    /// - Throws: for an unknown member, a missing one, another type, and a list that does not count from 1.
    func decode(_ tree: ParameterTree, _ path: String) throws(ShapeError) -> RequestValue {
        switch (self, tree) {
        case (.text, .value(let text)):
            return .text(text)
        case (.boolean, .value(let text)):
            guard text == "true" || text == "false" else { throw ShapeError("\(path) is no boolean: \(text)") }
            return .boolean(text == "true")
        case (.integer, .value(let text)):
            guard let value = Int(text) else { throw ShapeError("\(path) is no integer: \(text)") }
            return .integer(value)
        case (.number, .value(let text)):
            guard let value = Double(text) else { throw ShapeError("\(path) is no number: \(text)") }
            return .number(value)
        case (.list(let element, let shape), .members(let members)):
            guard members.count == 1, case .members(let numbered) = members[element] else {
                throw ShapeError("\(path) is no list of \(element)")
            }
            var values: [RequestValue] = []
            for index in 1...numbered.count {
                guard let member = numbered["\(index)"] else { throw ShapeError("\(path) does not count from 1") }
                values.append(try shape.decode(member, "\(path).\(index)"))
            }
            return .list(values)
        case (.structure(let shapes, let required), .members(let members)):
            var values: [String: RequestValue] = [:]
            for (name, member) in members {
                guard let shape = shapes[name] else { throw ShapeError("\(path) has no member \(name)") }
                values[name] = try shape.decode(member, "\(path).\(name)")
            }
            for name in required where values[name] == nil { throw ShapeError("\(path) lacks \(name)") }
            return .structure(values)
        case (_, .members): throw ShapeError("\(path) is a value, not a structure")
        case (_, .value): throw ShapeError("\(path) is a structure, not a value")
        }
    }
}
