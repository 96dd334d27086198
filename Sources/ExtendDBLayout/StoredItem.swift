package import DynamoModel

/// The JSON text of an item in `item_data`.
package enum StoredItem {
    /// DynamoDB JSON with all attributes, keys included.
    ///
    /// - Throws: a validation error for a string with U+0000, which `jsonb` cannot hold.
    package static func encode(_ item: Item) throws(WireError) -> [UInt8] {
        var writer = JSONWriter(reserving: 512)
        writer.item(item)
        guard !containsEscapedNUL(writer.bytes) else { throw .nulCharacter }
        return writer.bytes
    }

    /// Whether the JSON text has the escape `\u0000`, behind an even number of backslashes.
    static func containsEscapedNUL(_ json: [UInt8]) -> Bool {
        let backslash = UInt8(ascii: "\\")
        let zero = UInt8(ascii: "0")
        return json.withUnsafeBufferPointer { json in
            var index = 0
            while index + 5 < json.count {
                guard json[index] == backslash else {
                    index += 1
                    continue
                }
                if json[index + 1] == UInt8(ascii: "u"), json[index + 2] == zero, json[index + 3] == zero,
                    json[index + 4] == zero, json[index + 5] == zero
                {
                    return true
                }
                // A backslash takes the next character with it, another backslash too.
                index += 2
            }
            return false
        }
    }
}
