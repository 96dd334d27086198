extension RequestReader {
    /// `OnDemandThroughput`.
    mutating func onDemandThroughput(
        _ member: String = "OnDemandThroughput"
    ) throws(WireError) -> OnDemandThroughput? {
        guard let nested = try structure(member, "OnDemandThroughput") else { return nil }
        return OnDemandThroughput(
            maxReadRequestUnits: try nested.integer("MaxReadRequestUnits", type: "Long"),
            maxWriteRequestUnits: try nested.integer("MaxWriteRequestUnits", type: "Long"))
    }

    /// `WarmThroughput`.
    mutating func warmThroughput() throws(WireError) -> WarmThroughput? {
        guard let nested = try structure("WarmThroughput", "WarmThroughput") else { return nil }
        return WarmThroughput(
            readUnitsPerSecond: try nested.integer("ReadUnitsPerSecond", type: "Long"),
            writeUnitsPerSecond: try nested.integer("WriteUnitsPerSecond", type: "Long"))
    }
}

/// The rules of on-demand limits and warm throughput, which CreateTable and UpdateTable share.
enum ThroughputRules {
    /// The units that the service accepts in a request at all.
    private static let maximumUnits = 1_000_000_000_000

    /// - Parameter index: whose throughput it is; the table's if `nil`.
    static func checkBounds(_ throughput: Throughput?, index: String? = nil) throws(WireError) {
        guard let throughput else { return }
        let suffix = index.map { " for index \($0)" } ?? ""
        for (name, units) in [
            ("ReadCapacityUnits", throughput.readCapacityUnits), ("WriteCapacityUnits", throughput.writeCapacityUnits),
        ] where units > maximumUnits {
            throw .validation("Given value \(units) for \(name) is out of bounds\(suffix)")
        }
    }

    /// - Parameter suffix: names the index, if it is one's.
    static func check(_ onDemand: OnDemandThroughput?, _ mode: BillingMode, _ suffix: String) throws(WireError) {
        guard let onDemand else { return }
        if mode == .provisioned {
            throw .invalidParameter(
                "Neither MaxReadRequestUnits nor MaxWriteRequestUnits can be specified when BillingMode is PROVISIONED"
                    + suffix)
        }
        // "If you use this parameter, you must specify MaxReadRequestUnits, MaxWriteRequestUnits, or both."
        if onDemand.maxReadRequestUnits == nil, onDemand.maxWriteRequestUnits == nil {
            throw .invalidParameter(
                "At least one of MaxReadRequestUnits and MaxWriteRequestUnits must be specified in OnDemandThroughput"
                    + suffix)
        }
        for (name, units) in [
            ("MaxReadRequestUnits", onDemand.maxReadRequestUnits),
            ("MaxWriteRequestUnits", onDemand.maxWriteRequestUnits),
        ] {
            if let units, units != -1, units < 1 {
                throw .invalidParameter("\(name) must be greater than or equal to 1, or -1\(suffix)")
            }
        }
    }

    /// Warm throughput can be raised only.
    ///
    /// - Parameter current: what there is without the request.
    /// - Parameter target: `table` or `index NAME`.
    static func check(
        _ warm: WarmThroughput?, over current: WarmThroughput, _ target: String
    ) throws(WireError) {
        guard let warm else { return }
        // "If you use this parameter, you must specify ReadUnitsPerSecond, WriteUnitsPerSecond, or both."
        if warm.readUnitsPerSecond == nil, warm.writeUnitsPerSecond == nil {
            throw .invalidParameter(
                "At least one of ReadUnitsPerSecond and WriteUnitsPerSecond must be specified in WarmThroughput for "
                    + target)
        }
        for (name, units, least) in [
            ("ReadUnitsPerSecond", warm.readUnitsPerSecond, current.readUnitsPerSecond),
            ("WriteUnitsPerSecond", warm.writeUnitsPerSecond, current.writeUnitsPerSecond),
        ] {
            if let units, units < least ?? 1 {
                throw .invalidParameter(
                    "Requested \(name) for WarmThroughput for \(target) is lower than current WarmThroughput, "
                        + "decreasing WarmThroughput is not supported")
            }
        }
    }
}
