import DynamoModel
import Environments
import ExtendDBLayout

/// Rows for `COPY`, made of one block of a data file.
struct EncodedBlock: Sendable {
    /// Which data file they come from.
    var file: Int
    var bytes: [UInt8]
    var items: Int
    /// Logical size of the items by DynamoDB's rule.
    var logicalBytes: Int
    /// The primary key of the block's first item.
    var firstKey: Item?
}

/// Turns lines `{"Item":{…}}` into rows of a table, checking each item as a write to the table would.
struct ItemEncoder: Sendable {
    let table: TableRecord

    private static let prefix = Array(#"{"Item":"#.utf8)

    func encode(_ block: LineBlock, file: Int) throws(ControlError) -> EncodedBlock {
        var result = EncodedBlock(file: file, bytes: [], items: 0, logicalBytes: 0, firstKey: nil)
        result.bytes.reserveCapacity(block.bytes.count + block.bytes.count / 8)
        var start = 0
        var line = block.firstLine
        let end = block.bytes.count
        while start < end {
            let stop = block.bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? end
            var last = stop
            while last > start, Self.isSpace(block.bytes[last - 1]) { last -= 1 }
            if last > start {
                try append(block.bytes[start..<last], at: (block.path, line), to: &result)
            }
            start = stop + 1
            line += 1
        }
        return result
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0D || byte == 0x09 }

    private func append(
        _ line: ArraySlice<UInt8>, at place: (path: String, line: Int), to block: inout EncodedBlock
    ) throws(ControlError) {
        let item = try decode(line, at: place)
        let size = itemSize(item)
        guard size <= Limits.itemSize else {
            throw broken(place, "the item is \(size) bytes large; DynamoDB allows \(Limits.itemSize)")
        }
        do {
            table.physical.appendCopyLine(try table.physical.row(for: item), to: &block.bytes)
        } catch {
            throw broken(place, "the item does not fit table \(table.definition.name): \(error.message)")
        }
        if block.firstKey == nil {
            let names = table.definition.keySchema.attributeNames
            block.firstKey = item.filter { names.contains($0.key) }
        }
        block.items += 1
        block.logicalBytes += size
    }

    /// The line as DynamoDB writes it needs no second copy; any other spelling of the same JSON is taken too.
    private func decode(
        _ line: ArraySlice<UInt8>, at place: (path: String, line: Int)
    ) throws(ControlError) -> Item {
        if line.starts(with: Self.prefix), line.last == UInt8(ascii: "}") {
            let inner = line.dropFirst(Self.prefix.count).dropLast()
            let decoded = inner.withUnsafeBytes { bytes in
                Result { () throws(JSONError) in try Item(storedJSON: bytes) }
            }
            switch decoded {
            case .success(let item): return item
            case .failure(let error):
                throw broken(place, "\(error.reason), at byte \(Self.prefix.count + error.offset)")
            }
        }
        let json: JSONValue
        do {
            json = try JSONValue(parsing: Array(line))
        } catch {
            throw broken(place, "\(error.reason), at byte \(error.offset)")
        }
        if json["NewImage"] != nil || json["OldImage"] != nil {
            throw broken(
                place, "this is a line of an incremental export",
                hint: "a snapshot needs a full export of the table")
        }
        guard let member = json["Item"] else {
            throw broken(place, "the line is not of the form {\"Item\":{…}}")
        }
        do {
            return try Item(json: member)
        } catch {
            throw broken(place, error.message)
        }
    }

    private func broken(
        _ place: (path: String, line: Int), _ what: String, hint: String? = nil
    ) -> ControlError {
        ControlError(
            .invalidRequest, subject: place.path, "\(place.path), line \(place.line): \(what)",
            hint: hint)
    }
}
