import AWS

/// The parameters of a request in AWS's Query protocol: flat names in which structures are parts separated by dots and
/// list members are numbered from 1. What is nil is not sent, nor is an empty list: the service keeps its default.
package struct QueryParameters: Sendable {
    package private(set) var fields: [(name: String, value: String)] = []
    private var prefix = ""

    package init() {}

    package mutating func add(_ name: String, _ value: String?) {
        if let value { fields.append((prefix + name, value)) }
    }

    package mutating func add(_ name: String, _ value: Bool?) {
        add(name, value.map { $0 ? "true" : "false" })
    }

    package mutating func add(_ name: String, _ value: Int?) {
        add(name, value.map { "\($0)" })
    }

    package mutating func add(_ name: String, _ value: Double?) {
        add(name, value.map { "\($0)" })
    }

    package mutating func add(_ name: String, _ value: Timestamp?) {
        add(name, value?.iso8601)
    }

    /// `name.element.1=…`: the element's name is the list's `locationName` in the service model, `member` without one.
    package mutating func add(_ name: String, of element: String = "member", _ values: [String]) {
        for (index, value) in values.enumerated() {
            add("\(name).\(element).\(index + 1)", value)
        }
    }

    package mutating func addStructure(_ name: String, _ members: (inout QueryParameters) -> Void) {
        let outer = prefix
        prefix += name + "."
        members(&self)
        prefix = outer
    }

    package mutating func addStructures<Element>(
        _ name: String, of element: String, _ values: [Element], _ members: (Element, inout QueryParameters) -> Void
    ) {
        for (index, value) in values.enumerated() {
            addStructure("\(name).\(element).\(index + 1)") { members(value, &$0) }
        }
    }

    /// The body of the request, `application/x-www-form-urlencoded`.
    package var form: String {
        fields.map { URIEncoding.encode($0.name) + "=" + URIEncoding.encode($0.value) }.joined(separator: "&")
    }
}
