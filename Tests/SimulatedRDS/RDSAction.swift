import Environments

/// One decoded request, carried out in a region. Held here are the rules about parameters; what depends on what exists
/// is the region's.
struct RDSAction {
    let name: String
    private let parameters: RequestValue

    init(name: String, _ parameters: RequestValue) {
        self.name = name
        self.parameters = parameters
    }

    /// The content of the result element.
    func perform(in region: inout SimulatedRegion) throws(AuroraFault) -> String {
        switch name {
        case "DescribeDBClusters":
            let found = try region.describeClusters(text("DBClusterIdentifier"))
            let wanted = try filtered(
                found, ["db-cluster-id": { [$0.identifier] }, "clone-group-id": { [$0.cloneGroup] }])
            return try page(wanted.map(RDSReply.cluster), in: "DBClusters")
        case "DescribeDBInstances":
            let filter = try values(ofFilter: "db-cluster-id", among: ["db-cluster-id", "db-instance-id"])
            let found = try region.describeInstances(text("DBInstanceIdentifier"), of: filter?.first)
            return try page(found.map(RDSReply.instance), in: "DBInstances")
        case "DescribeDBSubnetGroups":
            let found = try region.describeSubnetGroups(text("DBSubnetGroupName"))
            return try page(
                found.map { "<DBSubnetGroup><DBSubnetGroupName>\($0)</DBSubnetGroupName></DBSubnetGroup>" },
                in: "DBSubnetGroups")
        case "DescribeDBClusterParameterGroups":
            let found = try region.describeClusterParameterGroups(text("DBClusterParameterGroupName"))
            return try page(
                found.map {
                    "<DBClusterParameterGroup><DBClusterParameterGroupName>\($0)</DBClusterParameterGroupName>"
                        + "</DBClusterParameterGroup>"
                }, in: "DBClusterParameterGroups")
        case "RestoreDBClusterToPointInTime": return try restore(in: &region)
        case "CreateDBInstance": return try createInstance(in: &region)
        case "ModifyDBCluster": return try modify(in: &region)
        case "StartDBCluster":
            try region.start(cluster)
            return shown(cluster, region)
        case "StopDBCluster":
            try region.stopByCall(cluster)
            return shown(cluster, region)
        case "DeleteDBInstance":
            try checkFinalSnapshot()
            let instance = text("DBInstanceIdentifier") ?? ""
            try region.deleteInstance(instance)
            return RDSReply.instance(AuroraInstance(instance, cluster: nil, status: .deleting))
        case "DeleteDBCluster":
            try checkFinalSnapshot()
            let before = region.cluster(cluster)
            try region.deleteCluster(cluster)
            return before.map(RDSReply.cluster) ?? ""
        default: throw invalid("InvalidAction", "no action \(name)")
        }
    }

    private func restore(in region: inout SimulatedRegion) throws(AuroraFault) -> String {
        guard AuroraNames.isIdentifier(cluster) else {
            throw invalid("InvalidParameterValue", "no identifier: \(cluster)")
        }
        guard text("SourceDBClusterIdentifier") != nil else {
            throw invalid("InvalidParameterCombination", "neither a source nor its resource id")
        }
        guard parameters["UseLatestRestorableTime"]?.boolean == true else {
            throw invalid("InvalidParameterCombination", "a copy-on-write restore takes the latest time")
        }
        if let days = parameters["BackupRetentionPeriod"]?.integer, !(1...35).contains(days) {
            throw invalid("InvalidParameterValue", "backups are kept for 1 to 35 days")
        }
        if let scaling = parameters["ServerlessV2ScalingConfiguration"] { try check(scaling) }
        let form = SimulatedRegion.RestoreForm(
            subnetGroup: text("DBSubnetGroupName"),
            securityGroups: parameters["VpcSecurityGroupIds"]?.list.compactMap(\.text) ?? [],
            parameterGroup: text("DBClusterParameterGroupName"),
            // Without it AWS copies everything.
            isCopyOnWrite: text("RestoreType") == "copy-on-write")
        try region.restore(cluster, from: text("SourceDBClusterIdentifier") ?? "", tags: try tags(), form: form)
        return shown(cluster, region)
    }

    private func check(_ scaling: RequestValue) throws(AuroraFault) {
        let minimum = scaling["MinCapacity"]?.number ?? 0.5
        let maximum = scaling["MaxCapacity"]?.number ?? 1
        guard [minimum, maximum].allSatisfy({ (0...256).contains($0) && $0 * 2 == ($0 * 2).rounded() }),
            minimum <= maximum, maximum >= 1
        else { throw invalid("InvalidParameterValue", "no capacity: \(minimum) to \(maximum)") }
        guard let pause = scaling["SecondsUntilAutoPause"]?.integer else { return }
        guard minimum == 0, (300...86_400).contains(pause) else {
            throw invalid("InvalidParameterCombination", "a pause after \(pause) s from \(minimum) ACU")
        }
    }

    private func createInstance(in region: inout SimulatedRegion) throws(AuroraFault) -> String {
        let instance = text("DBInstanceIdentifier") ?? ""
        guard AuroraNames.isIdentifier(instance) else {
            throw invalid("InvalidParameterValue", "no identifier: \(instance)")
        }
        guard text("Engine") == "aurora-postgresql" else {
            throw invalid("InvalidParameterCombination", "another engine than the cluster's")
        }
        guard parameters["PubliclyAccessible"]?.boolean != true else {
            region.violations.append("\(instance) can be reached from the internet")
            throw invalid("InvalidVPCNetworkStateFault", "no way to the internet")
        }
        try region.createInstance(
            instance, in: cluster, tags: try tags(), instanceClass: text("DBInstanceClass") ?? "",
            parameterGroup: text("DBParameterGroupName"))
        return RDSReply.instance(AuroraInstance(instance, cluster: cluster, status: .busy("creating")))
    }

    private func modify(in region: inout SimulatedRegion) throws(AuroraFault) -> String {
        if let password = text("MasterUserPassword") {
            let isAllowed = password.utf8.allSatisfy { (0x21...0x7E).contains($0) && !#"/"@"#.utf8.contains($0) }
            guard (8...41).contains(password.utf8.count), isAllowed else {
                throw invalid("InvalidParameterValue", "no password that RDS takes")
            }
            guard parameters["ApplyImmediately"]?.boolean == true else {
                throw invalid("InvalidParameterCombination", "a password for the next maintenance window")
            }
            try region.setPassword(password, of: cluster)
        }
        switch parameters["DeletionProtection"]?.boolean {
        case false?: try region.liftProtection(cluster)
        case true?:
            try region.change(cluster, name)
            region.protect(cluster)
        case nil: break
        }
        return shown(cluster, region)
    }

    // MARK: - Parameters

    private var cluster: String { text("DBClusterIdentifier") ?? "" }
    private func text(_ name: String) -> String? { parameters[name]?.text }

    private func shown(_ name: String, _ region: SimulatedRegion) -> String {
        region.cluster(name).map(RDSReply.cluster) ?? ""
    }

    private func invalid(_ code: String, _ message: String) -> AuroraFault {
        AuroraFault(.fatal, code: code, message: message, action: name)
    }

    /// AWS takes one of the two, and no third.
    private func checkFinalSnapshot() throws(AuroraFault) {
        let skips = parameters["SkipFinalSnapshot"]?.boolean == true
        guard skips != (text("FinalDBSnapshotIdentifier") != nil) else {
            throw invalid("InvalidParameterCombination", "a final snapshot is neither named nor skipped")
        }
    }

    /// "Tagging Amazon RDS resources".
    private func tags() throws(AuroraFault) -> [String: String] {
        var tags: [String: String] = [:]
        for tag in parameters["Tags"]?.list ?? [] {
            guard let key = tag["Key"]?.text, let value = tag["Value"]?.text, tags[key] == nil, !key.isEmpty,
                key.unicodeScalars.count <= 128, value.unicodeScalars.count <= 256,
                !key.hasPrefix("aws:"), !key.hasPrefix("rds:"), (key + value).unicodeScalars.allSatisfy(Self.isOfTags)
            else { throw invalid("InvalidParameterValue", "a tag that RDS does not take") }
            tags[key] = value
        }
        guard tags.count <= 50 else { throw invalid("InvalidParameterValue", "more than 50 tags") }
        return tags
    }

    private static func isOfTags(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || scalar.properties.numericType != nil
            || " _.:/=+-@".unicodeScalars.contains(scalar)
    }

    private func values(ofFilter name: String, among known: [String]) throws(AuroraFault) -> [String]? {
        var found: [String]?
        for filter in parameters["Filters"]?.list ?? [] {
            guard let key = filter["Name"]?.text, known.contains(key) else {
                throw invalid("InvalidParameterValue", "an unknown filter")
            }
            if key == name { found = filter["Values"]?.list.compactMap(\.text) ?? [] }
        }
        return found
    }

    private func filtered<Item>(
        _ items: [Item], _ keys: [String: (Item) -> [String?]]
    ) throws(AuroraFault) -> [Item] {
        var items = items
        for (key, value) in keys {
            guard let values = try values(ofFilter: key, among: Array(keys.keys)) else { continue }
            items = items.filter { item in value(item).contains { $0.map(values.contains) ?? false } }
        }
        return items
    }

    /// A page of a listing: `MaxRecords` 20 to 100, and where the next one begins.
    private func page(_ items: [String], in element: String) throws(AuroraFault) -> String {
        let size = parameters["MaxRecords"]?.integer ?? 100
        guard (20...100).contains(size) else { throw invalid("InvalidParameterValue", "pages have 20 to 100 records") }
        let first = text("Marker").flatMap { Int($0.dropFirst(7)) } ?? 0
        let next = first + size
        return "<\(element)>" + items.dropFirst(first).prefix(size).joined() + "</\(element)>"
            + (items.count > next ? "<Marker>marker-\(next)</Marker>" : "")
    }
}
