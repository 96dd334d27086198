/// What DescribeTable tells of a table, and what quotas count, beyond what ExtendDB's catalog has columns for.
///
/// Times are unix seconds.
package struct TableDetails: Hashable, Sendable {
    /// When provisioned throughput was raised and lowered.
    package struct ThroughputHistory: Hashable, Sendable {
        package var lastIncrease: Double?
        /// The decreases of the last days, oldest first.
        package var decreases: [Double] = []

        package init() {}

        package var isEmpty: Bool { lastIncrease == nil && decreases.isEmpty }
    }

    /// Of one global index.
    package struct Index: Hashable, Sendable {
        package var onDemand: OnDemandThroughput?
        package var warm: WarmThroughput?
        package var history = ThroughputHistory()

        package init() {}
    }

    /// Where a restored table came from.
    package struct Restore: Hashable, Sendable {
        package var backupARN: String?
        package var tableARN: String
        package var date: Double

        package init(backupARN: String? = nil, tableARN: String, date: Double) {
            self.backupARN = backupARN
            self.tableARN = tableARN
            self.date = date
        }
    }

    package var onDemand: OnDemandThroughput?
    package var warm: WarmThroughput?
    package var history = ThroughputHistory()
    /// By index name.
    package var indexes: [String: Index] = [:]
    /// When the table was set to pay per request, oldest first; the last one is told.
    package var switchesToPayPerRequest: [Double] = []
    /// When the table class was changed, oldest first; the last one is told.
    package var classChanges: [Double] = []
    package var restore: Restore?
    /// Of point-in-time recovery, 1 to 35.
    package var recoveryPeriodInDays: Int?

    package init() {}

    package var isEmpty: Bool { self == TableDetails() }
}

// MARK: - As JSON, the form in which it is stored

extension TableDetails {
    package init(json: JSONValue) {
        onDemand = OnDemandThroughput(json: json["OnDemandThroughput"])
        warm = WarmThroughput(json: json["WarmThroughput"])
        history = ThroughputHistory(json: json)
        for member in json["Indexes"]?.objectValue ?? [] {
            var index = Index()
            index.onDemand = OnDemandThroughput(json: member.value["OnDemandThroughput"])
            index.warm = WarmThroughput(json: member.value["WarmThroughput"])
            index.history = ThroughputHistory(json: member.value)
            indexes[member.name] = index
        }
        switchesToPayPerRequest = json["SwitchesToPayPerRequest"]?.times ?? []
        classChanges = json["ClassChanges"]?.times ?? []
        recoveryPeriodInDays = json["RecoveryPeriodInDays"]?.intValue
        if let restored = json["Restore"], let date = restored["Date"]?.doubleValue,
            let table = restored["SourceTableArn"]?.stringValue
        {
            restore = Restore(backupARN: restored["SourceBackupArn"]?.stringValue, tableARN: table, date: date)
        }
    }

    package var json: [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.write(onDemand, warm, history)
        json.name("Indexes")
        json.beginObject()
        for (name, index) in indexes {
            json.name(name)
            json.beginObject()
            json.write(index.onDemand, index.warm, index.history)
            json.endObject()
        }
        json.endObject()
        json.times("SwitchesToPayPerRequest", switchesToPayPerRequest)
        json.times("ClassChanges", classChanges)
        if let recoveryPeriodInDays {
            json.name("RecoveryPeriodInDays")
            json.number(recoveryPeriodInDays)
        }
        if let restore {
            json.name("Restore")
            json.beginObject()
            json.name("SourceTableArn")
            json.string(restore.tableARN)
            if let backup = restore.backupARN {
                json.name("SourceBackupArn")
                json.string(backup)
            }
            json.name("Date")
            json.number(text: "\(restore.date)")
            json.endObject()
        }
        json.endObject()
        return json.bytes
    }
}

extension TableDetails.ThroughputHistory {
    fileprivate init(json: JSONValue) {
        lastIncrease = json["LastIncrease"]?.doubleValue
        decreases = json["Decreases"]?.times ?? []
    }
}

extension JSONValue {
    fileprivate var times: [Double] { arrayValue?.compactMap(\.doubleValue) ?? [] }
}

extension JSONWriter {
    fileprivate mutating func times(_ name: String, _ times: [Double]) {
        guard !times.isEmpty else { return }
        self.name(name)
        beginArray()
        for time in times { number(text: "\(time)") }
        endArray()
    }

    fileprivate mutating func write(
        _ onDemand: OnDemandThroughput?, _ warm: WarmThroughput?, _ history: TableDetails.ThroughputHistory
    ) {
        if let onDemand {
            name("OnDemandThroughput")
            onDemand.write(to: &self)
        }
        if let warm {
            name("WarmThroughput")
            beginObject()
            warm.writeMembers(to: &self)
            endObject()
        }
        if let increase = history.lastIncrease {
            name("LastIncrease")
            number(text: "\(increase)")
        }
        times("Decreases", history.decreases)
    }
}
