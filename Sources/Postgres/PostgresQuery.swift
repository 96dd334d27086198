/// One SQL statement with its parameters (`$1`, `$2`, …).
///
/// There is no string interpolation on purpose: what is interpolated into SQL text is SQL text.
package struct PostgresQuery: Sendable, Hashable, ExpressibleByStringLiteral {
    package var sql: String
    package var parameters: [PostgresValue]
    /// Keep the statement prepared on the connection, found again by its SQL text. It concerns SELECT, INSERT,
    /// UPDATE, DELETE, MERGE, WITH and VALUES; other statements are never kept. Turn it off for SQL text that will
    /// not come again.
    package var prepared: Bool

    package init(_ sql: String, _ parameters: [PostgresValue] = [], prepared: Bool = true) {
        self.sql = sql
        self.parameters = parameters
        self.prepared = prepared
    }

    package init(stringLiteral value: String) {
        self.init(value)
    }
}

/// Names in SQL text.
package enum PostgresIdentifier {
    /// `name` as a quoted identifier. PostgreSQL cuts names at 63 bytes; a zero byte is dropped, since no name can
    /// hold one.
    package static func quote(_ name: String) -> String {
        quoted(name, by: "\"")
    }

    /// `schema.name`, both quoted.
    package static func quote(_ schema: String, _ name: String) -> String {
        "\(quote(schema)).\(quote(name))"
    }
}

/// Text values in SQL text, for statements that take no parameters (CREATE ROLE … PASSWORD, COMMENT).
package enum PostgresLiteral {
    package static func quote(_ value: String) -> String {
        // A backslash is an ordinary character only in the E'' form with doubled backslashes, whatever
        // standard_conforming_strings says.
        guard value.utf8.contains(UInt8(ascii: "\\")) else { return quoted(value, by: "'") }
        var escaped = ""
        for scalar in value.unicodeScalars {
            escaped.unicodeScalars.append(scalar)
            if scalar == "\\" { escaped.unicodeScalars.append(scalar) }
        }
        return " E" + quoted(escaped, by: "'")
    }
}

private func quoted(_ text: String, by mark: Unicode.Scalar) -> String {
    var result = String.UnicodeScalarView()
    result.append(mark)
    for scalar in text.unicodeScalars where scalar != "\0" {
        if scalar == mark { result.append(mark) }
        result.append(scalar)
    }
    result.append(mark)
    return String(result)
}
