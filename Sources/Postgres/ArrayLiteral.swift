/// PostgreSQL's text form of a one-dimensional array: `{a,"b c",NULL}`.
enum ArrayLiteral {
    /// Appends the literal of `elements`; `nil` is NULL. Every element is quoted, so none can read as NULL.
    static func append<Bytes: Sequence<UInt8>>(_ elements: [Bytes?], to output: inout [UInt8]) {
        output.append(UInt8(ascii: "{"))
        for (index, element) in elements.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            guard let element else {
                output.append(contentsOf: "NULL".utf8)
                continue
            }
            output.append(UInt8(ascii: "\""))
            for byte in element {
                if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { output.append(UInt8(ascii: "\\")) }
                output.append(byte)
            }
            output.append(UInt8(ascii: "\""))
        }
        output.append(UInt8(ascii: "}"))
    }

    /// The literal of a `bytea[]`, each element in hex format.
    static func append(bytea elements: [[UInt8]?], to output: inout [UInt8]) {
        let hex = Array("0123456789abcdef".utf8)
        output.append(UInt8(ascii: "{"))
        for (index, element) in elements.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            guard let element else {
                output.append(contentsOf: "NULL".utf8)
                continue
            }
            output.append(contentsOf: "\"\\\\x".utf8)
            for byte in element {
                output.append(hex[Int(byte >> 4)])
                output.append(hex[Int(byte & 15)])
            }
            output.append(UInt8(ascii: "\""))
        }
        output.append(UInt8(ascii: "}"))
    }

    /// Nil when the text is not a one-dimensional array.
    static func parse(_ bytes: UnsafeRawBufferPointer) -> [String?]? {
        guard bytes.count >= 2, bytes.first == UInt8(ascii: "{"), bytes.last == UInt8(ascii: "}") else { return nil }
        var elements: [String?] = []
        var position = 1
        let end = bytes.count - 1
        guard position < end else { return elements }
        while position <= end {
            guard let element = parseElement(bytes, &position, end) else { return nil }
            elements.append(element.text)
            guard position < end else { return position == end ? elements : nil }
            guard bytes[position] == UInt8(ascii: ",") else { return nil }
            position += 1
        }
        return nil
    }

    /// Reads one element and leaves `position` at the comma or at `end`.
    private static func parseElement(
        _ bytes: UnsafeRawBufferPointer, _ position: inout Int, _ end: Int
    ) -> (text: String?, Void)? {
        var content: [UInt8] = []
        guard position < end else { return nil }
        guard bytes[position] == UInt8(ascii: "\"") else {
            while position < end, bytes[position] != UInt8(ascii: ",") {
                guard bytes[position] != UInt8(ascii: "{") else { return nil }
                content.append(bytes[position])
                position += 1
            }
            guard !content.isEmpty else { return nil }
            let text = String(decoding: content, as: UTF8.self)
            return (text == "NULL" ? nil : text, ())
        }
        position += 1
        while position < end, bytes[position] != UInt8(ascii: "\"") {
            if bytes[position] == UInt8(ascii: "\\") { position += 1 }
            guard position < end else { return nil }
            content.append(bytes[position])
            position += 1
        }
        guard position < end else { return nil }
        position += 1
        return (String(decoding: content, as: UTF8.self), ())
    }
}
