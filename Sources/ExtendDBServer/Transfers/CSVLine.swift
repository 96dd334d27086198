/// The fields of a line of comma-separated values (RFC 4180): a field may stand between double quotes, within which a
/// quote is doubled.
enum CSVLine {
    static func fields(_ line: [UInt8], delimiter: UInt8) -> [String] {
        var fields: [String] = []
        var field: [UInt8] = []
        var isQuoted = false
        var position = 0
        while position < line.count {
            let byte = line[position]
            if isQuoted {
                if byte != UInt8(ascii: "\"") {
                    field.append(byte)
                } else if position + 1 < line.count, line[position + 1] == byte {
                    field.append(byte)
                    position += 1
                } else {
                    isQuoted = false
                }
            } else if byte == UInt8(ascii: "\""), field.isEmpty {
                isQuoted = true
            } else if byte == delimiter {
                fields.append(String(decoding: field, as: UTF8.self))
                field = []
            } else {
                field.append(byte)
            }
            position += 1
        }
        fields.append(String(decoding: field, as: UTF8.self))
        return fields
    }
}
