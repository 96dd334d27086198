extension TableDetails {
    /// What CreateTable asks for beyond the definition, checked.
    init(
        creating mode: BillingMode, _ throughput: Throughput?, _ onDemand: OnDemandThroughput?,
        _ warm: WarmThroughput?, _ indexes: [IndexRequest]
    ) throws(WireError) {
        self.init()
        try ThroughputRules.check(onDemand, mode, "")
        self.onDemand = onDemand.flatMap { OnDemandThroughput().changed(by: $0) }
        try ThroughputRules.check(warm, over: WarmThroughput(mode, throughput), "table")
        self.warm = warm
        for index in indexes {
            try ThroughputRules.check(index.onDemand, mode, " for index: \(index.name)")
            try ThroughputRules.check(
                index.warm, over: WarmThroughput(mode, index.throughput), "index \(index.name)")
            var details = Index()
            details.onDemand = index.onDemand.flatMap { OnDemandThroughput().changed(by: $0) }
            details.warm = index.warm
            if details != Index() { self.indexes[index.name] = details }
        }
    }
}

extension RequestReader {
    /// CreateTable can make a replica of another account's table ("GlobalTableSourceArn"); there is none to be had.
    static func refuseGlobalTable(_ json: JSONValue) throws(WireError) {
        if let source = json["GlobalTableSourceArn"]?.stringValue {
            throw WireError(.resourceNotFoundException, "Requested resource not found: Table: \(source) not found")
        }
        if json["GlobalTableSettingsReplicationMode"]?.stringValue != nil {
            throw .invalidParameter(
                "GlobalTableSettingsReplicationMode can only be specified with GlobalTableSourceArn")
        }
    }
}
