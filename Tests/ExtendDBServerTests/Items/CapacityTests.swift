import DynamoModel
import Testing

@testable import ExtendDBServer

/// The arithmetic of capacity units, by "Capacity unit consumption" in the developer guide.
@Suite struct CapacityTests {
    @Test(arguments: [(0, "1.0"), (1, "1.0"), (1024, "1.0"), (1025, "2.0"), (409_600, "400.0")])
    func `writes`(bytes: Int, units: String) {
        #expect(CapacityUnits.write(bytes: bytes).text == units)
    }

    @Test(arguments: [
        (0, "1.0", "0.5"), (4096, "1.0", "0.5"), (4097, "2.0", "1.0"), (9000, "3.0", "1.5"),
        (409_600, "100.0", "50.0"),
    ])
    func `reads`(bytes: Int, consistent: String, eventual: String) {
        #expect(CapacityUnits.read(bytes: bytes, consistent: true).text == consistent)
        #expect(CapacityUnits.read(bytes: bytes, consistent: false).text == eventual)
    }

    @Test func `the total is the sum of table and indexes`() throws {
        var consumed = ConsumedCapacity(tableName: "items", table: .write(bytes: 2000))
        consumed.indexes = [
            .init(name: "g", kind: .global, units: .write(bytes: 10)),
            .init(name: "l", kind: .local, units: .write(bytes: 1025)),
        ]
        var writer = JSONWriter()
        consumed.write(into: &writer, detailed: true)
        #expect(
            String(decoding: writer.bytes, as: UTF8.self)
                == #"{"CapacityUnits":5.0,"GlobalSecondaryIndexes":{"g":{"CapacityUnits":1.0}},"#
                + #""LocalSecondaryIndexes":{"l":{"CapacityUnits":2.0}},"Table":{"CapacityUnits":2.0},"TableName":"items"}"#
        )
        writer = JSONWriter()
        consumed.write(into: &writer, detailed: false)
        #expect(String(decoding: writer.bytes, as: UTF8.self) == #"{"CapacityUnits":5.0,"TableName":"items"}"#)
    }

    @Test func `a batch adds up by index`() {
        var sum = ConsumedCapacity(tableName: "items", table: .zero)
        for _ in 0..<3 {
            sum.add(
                ConsumedCapacity(
                    tableName: "items", table: .write(bytes: 1),
                    indexes: [.init(name: "g", kind: .global, units: .write(bytes: 1))]))
        }
        #expect(sum.table.text == "3.0")
        #expect(sum.indexes.map(\.units.text) == ["3.0"])
        #expect(sum.total.text == "6.0")
    }
}
