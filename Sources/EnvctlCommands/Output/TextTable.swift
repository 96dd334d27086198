/// Left-aligned columns for people: a heading in capitals, two spaces between columns, no trailing blanks.
package struct TextTable: Sendable {
    package var headings: [String]
    package private(set) var rows: [[String]] = []

    package init(_ headings: [String]) {
        self.headings = headings
    }

    /// Adds a row; it must have a cell for each heading.
    package mutating func add(_ row: [String]) {
        precondition(row.count == headings.count, "a row of \(row.count) cells in a table of \(headings.count) columns")
        rows.append(row)
    }

    package func render() -> String {
        let widths = headings.indices.map { column in
            ([headings] + rows).map { $0[column].count }.max() ?? 0
        }
        return ([headings] + rows).map { row in
            zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
                .joined(separator: "  ").trimmingTrailingBlanks()
        }.joined(separator: "\n")
    }
}

/// `name: value` lines with the values aligned; absent values are left out.
package struct FieldList: Sendable {
    private var fields: [(name: String, value: String)] = []

    package init() {}

    package mutating func add(_ name: String, _ value: String?) {
        if let value { fields.append((name, value)) }
    }

    package func render(indent: Int = 0) -> String {
        let width = fields.map(\.name.count).max() ?? 0
        return fields.map { field in
            String(repeating: " ", count: indent) + field.name
                + String(repeating: " ", count: width - field.name.count + 2) + field.value
        }.joined(separator: "\n")
    }
}

extension String {
    fileprivate func trimmingTrailingBlanks() -> String {
        guard let last = lastIndex(where: { $0 != " " }) else { return "" }
        return String(self[...last])
    }
}
