extension JSONWriter {
    /// A value with the members of every object sorted by their names' bytes, the last of equal ones: the same text for
    /// requests that say the same.
    package mutating func canonical(_ value: JSONValue) {
        switch value {
        case .null, .bool, .number, .string: self.value(value)
        case .array(let values):
            beginArray()
            for value in values { canonical(value) }
            endArray()
        case .object(let members):
            let values = Dictionary(members.map { (Text($0.name), $0.value) }, uniquingKeysWith: { _, last in last })
            beginObject()
            for (name, value) in values.sorted(by: { $0.key < $1.key }) {
                self.name(name)
                canonical(value)
            }
            endObject()
        }
    }
}
