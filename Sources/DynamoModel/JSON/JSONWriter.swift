/// Writes compact JSON into a byte buffer. The caller keeps the structure right; the writer keeps the commas.
package struct JSONWriter: Sendable {
    package var bytes: [UInt8] = []
    private var needsComma = false

    package init(reserving capacity: Int = 256) {
        bytes.reserveCapacity(capacity)
    }

    package mutating func beginObject() { open(UInt8(ascii: "{")) }
    package mutating func endObject() { close(UInt8(ascii: "}")) }
    package mutating func beginArray() { open(UInt8(ascii: "[")) }
    package mutating func endArray() { close(UInt8(ascii: "]")) }

    package mutating func name(_ name: String) {
        separate()
        appendQuoted(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    package mutating func name(_ name: Text) {
        self.name(name.string)
    }

    package mutating func string(_ string: String) {
        separate()
        appendQuoted(string)
    }

    package mutating func number(_ int: Int) {
        number(text: String(int))
    }

    /// A number already in JSON's form.
    package mutating func number(text: String) {
        separate()
        append(utf8: text)
    }

    package mutating func bool(_ bool: Bool) {
        separate()
        appendStatic(bool ? "true" : "false")
    }

    package mutating func null() {
        separate()
        appendStatic("null")
    }

    /// Bytes that are one JSON value already.
    package mutating func raw(_ json: some Sequence<UInt8>) {
        separate()
        bytes.append(contentsOf: json)
    }

    package mutating func value(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .bool(let bool): self.bool(bool)
        case .number(let text): number(text: text)
        case .string(let string): self.string(string)
        case .array(let values):
            beginArray()
            for value in values { self.value(value) }
            endArray()
        case .object(let members):
            beginObject()
            for member in members {
                name(member.name)
                self.value(member.value)
            }
            endObject()
        }
    }

    private mutating func open(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    /// The comma before a name or a value that follows another one.
    @inline(__always)
    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func append(utf8 string: String) {
        let done: Void? = string.utf8.withContiguousStorageIfAvailable { bytes.append(contentsOf: $0) }
        if done == nil { bytes.append(contentsOf: string.utf8) }
    }

    private mutating func appendStatic(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private mutating func appendQuoted(_ string: String) {
        bytes.append(UInt8(ascii: "\""))
        let done: Void? = string.utf8.withContiguousStorageIfAvailable { appendEscaped($0) }
        if done == nil { Array(string.utf8).withUnsafeBufferPointer { appendEscaped($0) } }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Copies stretches that need no escape in one piece.
    private mutating func appendEscaped(_ text: UnsafeBufferPointer<UInt8>) {
        var start = 0
        for index in 0..<text.count {
            let byte = text[index]
            guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<index]))
            appendEscape(byte)
            start = index + 1
        }
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start...]))
    }

    private mutating func appendEscape(_ byte: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        default:
            appendStatic("u00")
            bytes.append(byte >> 4 + UInt8(ascii: "0"))
            bytes.append(byte & 15 < 10 ? byte & 15 + UInt8(ascii: "0") : byte & 15 - 10 + UInt8(ascii: "a"))
        }
    }
}

extension JSONWriter {
    /// DynamoDB JSON of an item. The order of attributes is unspecified.
    package mutating func item(_ item: Item) {
        beginObject()
        for (name, value) in item {
            self.name(name)
            attributeValue(value)
        }
        endObject()
    }

    /// DynamoDB JSON of one value: strings and numbers of sets in byte order of their text, binaries in byte order.
    package mutating func attributeValue(_ value: AttributeValue) {
        beginObject()
        name(value.type.rawValue)
        switch value {
        case .string(let text): string(text.string)
        case .number(let number): self.number(number)
        case .binary(let blob): binary(blob)
        case .bool(let bool): self.bool(bool)
        case .null: bool(true)
        case .map(let members): item(members)
        case .list(let values):
            beginArray()
            for value in values { attributeValue(value) }
            endArray()
        case .stringSet(let texts):
            beginArray()
            for text in texts.sorted() { string(text.string) }
            endArray()
        case .numberSet(let numbers):
            beginArray()
            for text in numbers.map({ Text($0.description) }).sorted() { string(text.string) }
            endArray()
        case .binarySet(let blobs):
            beginArray()
            for blob in blobs.sorted(by: { $0.lexicographicallyPrecedes($1) }) { binary(blob) }
            endArray()
        }
        endObject()
    }

    /// A DynamoDB number travels as a JSON string.
    private mutating func number(_ number: DynamoNumber) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        number.appendDescription(to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func binary(_ blob: [UInt8]) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        Base64.append(blob, to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }
}
