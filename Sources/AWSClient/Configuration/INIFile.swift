/// The syntax of AWS's config and credentials files ("Shared config and credentials files" in the AWS SDKs and Tools
/// Reference Guide): sections of properties; a property whose value is empty can have nested ones, indented below it.
struct INIFile: Sendable, Hashable {
    struct Section: Sendable, Hashable {
        /// As it stands between the brackets, trimmed.
        var name: String
        /// Names are in lower case; of two equal ones the last counts.
        var properties: [String: String] = [:]
        var nested: [String: [String: String]] = [:]
    }

    private(set) var sections: [Section] = []

    init(parsing text: String) throws(ConfigurationError) {
        var property: String?
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let content = line.trimmed
            guard !content.isEmpty, content.first != "#", content.first != ";" else { continue }
            let isIndented = line.first == " " || line.first == "\t"
            if isIndented, let name = property, var section = sections.popLast() {
                section.continue(name, with: content)
                sections.append(section)
                continue
            }
            if content.first == "[" {
                // A comment may stand behind the bracket.
                guard let end = content.firstIndex(of: "]") else {
                    throw ConfigurationError("line \(index + 1): the section's name lacks its ']'")
                }
                sections.append(Section(name: String(content[content.index(after: content.startIndex)..<end].trimmed)))
                property = nil
                continue
            }
            guard !sections.isEmpty else {
                throw ConfigurationError("line \(index + 1): a property stands before the first section")
            }
            guard let (name, value) = Self.property(content) else {
                throw ConfigurationError("line \(index + 1): neither a section nor a property")
            }
            sections[sections.count - 1].properties[name] = value
            sections[sections.count - 1].nested[name] = nil
            property = name
        }
    }

    fileprivate static func property(_ text: Substring) -> (name: String, value: String)? {
        guard let equals = text.firstIndex(where: { $0 == "=" || $0 == ":" }) else { return nil }
        let name = text[..<equals].trimmed
        guard !name.isEmpty else { return nil }
        return (name.lowercased(), String(text[text.index(after: equals)...].trimmed))
    }
}

extension INIFile.Section {
    /// An indented line: a nested property below an empty value, else more of the value.
    fileprivate mutating func `continue`(_ name: String, with line: Substring) {
        if let value = properties[name], !value.isEmpty {
            properties[name] = value + "\n" + line
        } else if let (key, value) = INIFile.property(line) {
            nested[name, default: [:]][key] = value
        }
    }
}

extension StringProtocol {
    /// Without white space at both ends.
    fileprivate var trimmed: Substring {
        let end = lastIndex { !$0.isWhitespace }.map { index(after: $0) } ?? startIndex
        return Substring(self[..<end]).drop { $0.isWhitespace }
    }
}
