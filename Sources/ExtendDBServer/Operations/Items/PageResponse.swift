import DynamoModel

/// The response of Query and Scan.
struct PageResponse: Sendable {
    let page: Page
    let table: ItemTable
    let index: IndexView?
    let countsOnly: Bool
    let consistent: Bool
    let capacity: ReturnConsumedCapacity

    /// All rows of a page are added up and then rounded; items that a local index does not hold are read from the table
    /// one by one ("Capacity unit consumption for reads").
    var consumed: ConsumedCapacity {
        let units = CapacityUnits.read(bytes: page.bytes, consistent: consistent)
        var consumed = ConsumedCapacity(tableName: table.name, table: .zero)
        if let index {
            consumed.add(index, units)
        } else {
            consumed.table = units
        }
        for bytes in page.fetchedBytes {
            consumed.table += .read(bytes: bytes, consistent: consistent)
        }
        return consumed
    }

    func json() -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        if capacity != .none {
            writer.name("ConsumedCapacity")
            consumed.write(into: &writer, detailed: capacity == .indexes)
        }
        writer.name("Count")
        writer.number(page.count)
        if !countsOnly {
            writer.name("Items")
            writer.raw(page.items)
        }
        if let key = page.lastKey {
            writer.name("LastEvaluatedKey")
            writer.item(key)
        }
        writer.name("ScannedCount")
        writer.number(page.scannedCount)
        writer.endObject()
        return writer.bytes
    }
}
