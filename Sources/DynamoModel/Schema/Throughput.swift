/// The most that a table or an index on demand may be asked for; -1 lifts a limit.
package struct OnDemandThroughput: Hashable, Sendable {
    package var maxReadRequestUnits: Int?
    package var maxWriteRequestUnits: Int?

    package init(maxReadRequestUnits: Int? = nil, maxWriteRequestUnits: Int? = nil) {
        self.maxReadRequestUnits = maxReadRequestUnits
        self.maxWriteRequestUnits = maxWriteRequestUnits
    }

    package init?(json: JSONValue?) {
        guard let json, json.objectValue != nil else { return nil }
        maxReadRequestUnits = json["MaxReadRequestUnits"]?.intValue
        maxWriteRequestUnits = json["MaxWriteRequestUnits"]?.intValue
    }

    /// What holds once `change` is asked for; `nil` when no limit is left.
    package func changed(by change: OnDemandThroughput) -> OnDemandThroughput? {
        func lifted(_ units: Int?) -> Int? { units == -1 ? nil : units }
        let result = OnDemandThroughput(
            maxReadRequestUnits: lifted(change.maxReadRequestUnits ?? maxReadRequestUnits),
            maxWriteRequestUnits: lifted(change.maxWriteRequestUnits ?? maxWriteRequestUnits))
        return result == OnDemandThroughput() ? nil : result
    }

    /// As descriptions have it: what has no limit is -1.
    package func write(to json: inout JSONWriter) {
        json.beginObject()
        json.name("MaxReadRequestUnits")
        json.number(maxReadRequestUnits ?? -1)
        json.name("MaxWriteRequestUnits")
        json.number(maxWriteRequestUnits ?? -1)
        json.endObject()
    }
}

/// What a table or an index is prepared to take at once.
package struct WarmThroughput: Hashable, Sendable {
    package var readUnitsPerSecond: Int?
    package var writeUnitsPerSecond: Int?

    /// Of a new table or index on demand ("Understanding DynamoDB warm throughput").
    package static let onDemand = WarmThroughput(readUnitsPerSecond: 12_000, writeUnitsPerSecond: 4_000)

    package init(readUnitsPerSecond: Int? = nil, writeUnitsPerSecond: Int? = nil) {
        self.readUnitsPerSecond = readUnitsPerSecond
        self.writeUnitsPerSecond = writeUnitsPerSecond
    }

    package init?(json: JSONValue?) {
        guard let json, json.objectValue != nil else { return nil }
        readUnitsPerSecond = json["ReadUnitsPerSecond"]?.intValue
        writeUnitsPerSecond = json["WriteUnitsPerSecond"]?.intValue
    }

    /// What a table or an index of this mode is prepared for where nothing more was asked for.
    package init(_ mode: BillingMode, _ provisioned: Throughput?) {
        self =
            mode == .payPerRequest
            ? .onDemand
            : WarmThroughput(
                readUnitsPerSecond: provisioned?.readCapacityUnits, writeUnitsPerSecond: provisioned?.writeCapacityUnits
            )
    }

    /// The larger of both, for reads and for writes.
    package func raised(to other: WarmThroughput?) -> WarmThroughput {
        func larger(_ one: Int?, _ two: Int?) -> Int? { one.map { max($0, two ?? $0) } ?? two }
        return WarmThroughput(
            readUnitsPerSecond: larger(readUnitsPerSecond, other?.readUnitsPerSecond),
            writeUnitsPerSecond: larger(writeUnitsPerSecond, other?.writeUnitsPerSecond))
    }

    package func writeMembers(to json: inout JSONWriter) {
        json.name("ReadUnitsPerSecond")
        json.number(readUnitsPerSecond ?? 0)
        json.name("WriteUnitsPerSecond")
        json.number(writeUnitsPerSecond ?? 0)
    }
}
