package import DynamoModel

// Rows for `COPY … FROM STDIN` in text format: fields separated by tabs, rows ended by a line feed, backslash escapes.

extension PhysicalTable {
    /// `COPY relation (columns) FROM STDIN` for the base relation.
    package var copyStatement: String {
        CopyRows.statement(relation, columns)
    }

    /// Appends the line of one row.
    package func appendCopyLine(_ row: ItemRow, to output: inout [UInt8]) {
        CopyRows.append(row.key.values, row.json, to: &output)
    }
}

extension PhysicalIndex {
    /// `COPY relation (columns) FROM STDIN` for the index's relation.
    package var copyStatement: String {
        CopyRows.statement(relation, key.columns + base.columns)
    }

    /// Appends the line of one item; nothing if the item is not in the index. Returns whether it is.
    package func appendCopyLine(_ row: ItemRow, to output: inout [UInt8]) throws(WireError) -> Bool {
        guard let row = try self.row(for: row) else { return false }
        CopyRows.append(row.key.values + row.base.values, row.json, to: &output)
        return true
    }
}

private enum CopyRows {
    static func statement(_ relation: String, _ columns: [KeyColumn]) -> String {
        "COPY \(relation) (\((columns.map(\.name) + ["item_data"]).joined(separator: ", "))) FROM STDIN"
    }

    static func append(_ key: [KeyValue], _ json: [UInt8], to output: inout [UInt8]) {
        for value in key {
            switch value {
            case .text(let text): text.withUTF8 { appendEscaped($0, to: &output) }
            case .numeric(let number): output.append(contentsOf: number.description.utf8)
            case .bytea(let bytes): appendHex(bytes, to: &output)
            }
            output.append(UInt8(ascii: "\t"))
        }
        json.withUnsafeBytes { appendEscaped($0, to: &output) }
        output.append(UInt8(ascii: "\n"))
    }

    /// Copies stretches that need no escape in one piece.
    private static func appendEscaped(_ text: UnsafeRawBufferPointer, to output: inout [UInt8]) {
        var start = 0
        for index in 0..<text.count {
            let letter: UInt8
            switch text[index] {
            case UInt8(ascii: "\\"): letter = UInt8(ascii: "\\")
            case 0x08: letter = UInt8(ascii: "b")
            case 0x09: letter = UInt8(ascii: "t")
            case 0x0A: letter = UInt8(ascii: "n")
            case 0x0B: letter = UInt8(ascii: "v")
            case 0x0C: letter = UInt8(ascii: "f")
            case 0x0D: letter = UInt8(ascii: "r")
            default: continue
            }
            output.append(contentsOf: UnsafeRawBufferPointer(rebasing: text[start..<index]))
            output.append(UInt8(ascii: "\\"))
            output.append(letter)
            start = index + 1
        }
        output.append(contentsOf: UnsafeRawBufferPointer(rebasing: text[start...]))
    }

    /// `\\x…`: the backslash of bytea's hexadecimal form, escaped for COPY.
    private static func appendHex(_ bytes: [UInt8], to output: inout [UInt8]) {
        output.append(contentsOf: #"\\x"#.utf8)
        let digits = Array("0123456789abcdef".utf8)
        for byte in bytes {
            output.append(digits[Int(byte >> 4)])
            output.append(digits[Int(byte & 15)])
        }
    }
}
