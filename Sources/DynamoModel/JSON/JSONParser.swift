extension JSONValue {
    /// Parses one JSON document and nothing after it.
    /// - Parameter maximumDepth: objects and arrays within each other; deeper input is refused before the stack is.
    package init(
        parsing bytes: UnsafeRawBufferPointer, maximumDepth: Int = Limits.jsonDepth
    ) throws(JSONError) {
        var parser = JSONParser(scanner: JSONScanner(bytes), remainingDepth: maximumDepth)
        self = try parser.value()
        try parser.scanner.expectEnd()
    }

    package init(parsing bytes: [UInt8], maximumDepth: Int = Limits.jsonDepth) throws(JSONError) {
        self = try bytes.withJSONBytes { buffer throws(JSONError) in
            try JSONValue(parsing: buffer, maximumDepth: maximumDepth)
        }
    }

    package init(parsing text: String, maximumDepth: Int = Limits.jsonDepth) throws(JSONError) {
        try self.init(parsing: Array(text.utf8), maximumDepth: maximumDepth)
    }

    package init(
        parsing bytes: some Collection<UInt8>, maximumDepth: Int = Limits.jsonDepth
    ) throws(JSONError) {
        try self.init(parsing: Array(bytes), maximumDepth: maximumDepth)
    }
}

extension [UInt8] {
    /// `withUnsafeBytes` for a body that throws a `JSONError`.
    func withJSONBytes<R>(
        _ body: (UnsafeRawBufferPointer) throws(JSONError) -> R
    ) throws(JSONError) -> R {
        let result: Result<R, JSONError> = withUnsafeBytes { buffer in
            do throws(JSONError) {
                return .success(try body(buffer))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}

private struct JSONParser {
    var scanner: JSONScanner
    var remainingDepth: Int

    mutating func value() throws(JSONError) -> JSONValue {
        guard let first = scanner.peek() else { throw scanner.unexpected("a value") }
        switch first {
        case UInt8(ascii: "{"): return .object(try members())
        case UInt8(ascii: "["): return .array(try elements())
        case UInt8(ascii: "\""): return .string(try scanner.string())
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool(try scanner.bool())
        case UInt8(ascii: "n"):
            try scanner.literal("null")
            return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try scanner.number())
        default: throw scanner.unexpected("a value")
        }
    }

    private mutating func members() throws(JSONError) -> [JSONMember] {
        try descend()
        defer { remainingDepth += 1 }
        var members: [JSONMember] = []
        guard !scanner.take(UInt8(ascii: "}")) else { return members }
        repeat {
            guard scanner.peek() == UInt8(ascii: "\"") else { throw scanner.unexpected("a member's name") }
            let name = try scanner.string()
            try scanner.expect(UInt8(ascii: ":"))
            members.append(JSONMember(name: name, value: try value()))
        } while scanner.take(UInt8(ascii: ","))
        try scanner.expect(UInt8(ascii: "}"))
        return members
    }

    private mutating func elements() throws(JSONError) -> [JSONValue] {
        try descend()
        defer { remainingDepth += 1 }
        var values: [JSONValue] = []
        guard !scanner.take(UInt8(ascii: "]")) else { return values }
        repeat {
            values.append(try value())
        } while scanner.take(UInt8(ascii: ","))
        try scanner.expect(UInt8(ascii: "]"))
        return values
    }

    private mutating func descend() throws(JSONError) {
        guard remainingDepth > 0 else { throw JSONError(offset: scanner.index, reason: "nested too deeply") }
        remainingDepth -= 1
        scanner.index += 1
    }
}
