import DynamoModel
import Environments

extension AuroraSource {
    /// As the records keep it.
    var json: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        let texts: [(String, String?)] = [
            ("cluster", cluster), ("region", region), ("instance_class", instanceClass),
            ("minimum_acu", "\(minimumACU)"), ("maximum_acu", "\(maximumACU)"),
            ("auto_pause_seconds", "\(autoPauseSeconds)"), ("catalog_database", catalogDatabase),
            ("data_database", dataDatabase), ("master_user", masterUser), ("tls", tls.rawValue), ("ca_file", caFile),
            ("subnet_group", subnetGroup), ("cluster_parameter_group", clusterParameterGroup),
            ("instance_parameter_group", instanceParameterGroup), ("allow_full_copy", "\(allowFullCopy)"),
            ("table_region", tableRegion),
        ]
        for (name, text) in texts {
            guard let text else { continue }
            writer.name(name)
            writer.string(text)
        }
        writer.name("security_groups")
        writer.beginArray()
        for group in securityGroups { writer.string(group) }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    init(json: [UInt8]) throws {
        let value = try JSONValue(parsing: json)
        func text(_ name: String) -> String? { value[name]?.stringValue }
        guard let cluster = text("cluster"), let region = text("region") else {
            throw ControlError(.misconfigured, "the records hold an Aurora source without cluster or region")
        }
        self.init(cluster: cluster, region: region)
        instanceClass = text("instance_class") ?? instanceClass
        minimumACU = text("minimum_acu").flatMap { Double($0) } ?? minimumACU
        maximumACU = text("maximum_acu").flatMap { Double($0) } ?? maximumACU
        autoPauseSeconds = text("auto_pause_seconds").flatMap { Int($0) } ?? autoPauseSeconds
        catalogDatabase = text("catalog_database") ?? catalogDatabase
        dataDatabase = text("data_database") ?? dataDatabase
        masterUser = text("master_user") ?? masterUser
        tls = text("tls").flatMap { TLSMode(rawValue: $0) } ?? tls
        caFile = text("ca_file")
        subnetGroup = text("subnet_group")
        clusterParameterGroup = text("cluster_parameter_group")
        instanceParameterGroup = text("instance_parameter_group")
        allowFullCopy = text("allow_full_copy") == "true"
        tableRegion = text("table_region") ?? ""
        securityGroups = (value["security_groups"]?.arrayValue ?? []).compactMap(\.stringValue)
    }
}
