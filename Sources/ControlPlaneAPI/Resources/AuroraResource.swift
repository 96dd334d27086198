package import Environments

/// A registered Aurora cluster and how it is cloned, as the HTTP API takes and shows it. What is absent in a request
/// gets its default.
package struct AuroraResource: RequestBody, Codable, Sendable, Equatable {
    enum CodingKeys: CodingKey, CaseIterable {
        case cluster, region, instanceClass, minimumAcu, maximumAcu, autoPauseSeconds, catalogDatabase, dataDatabase
        case masterUser, tls, caFile, subnetGroup, securityGroups, clusterParameterGroup, instanceParameterGroup
        case allowFullCopy, tableRegion
    }

    package var cluster: String
    package var region: String?
    package var instanceClass: String?
    package var minimumAcu: Double?
    package var maximumAcu: Double?
    package var autoPauseSeconds: Int?
    package var catalogDatabase: String?
    package var dataDatabase: String?
    package var masterUser: String?
    /// `verify-full`, `require` or `disable`.
    package var tls: String?
    package var caFile: String?
    package var subnetGroup: String?
    package var securityGroups: [String]?
    package var clusterParameterGroup: String?
    package var instanceParameterGroup: String?
    package var allowFullCopy: Bool?
    package var tableRegion: String?

    package init(cluster: String) { self.cluster = cluster }

    package init(_ source: AuroraSource) {
        cluster = source.cluster
        region = source.region
        instanceClass = source.instanceClass
        minimumAcu = source.minimumACU
        maximumAcu = source.maximumACU
        autoPauseSeconds = source.autoPauseSeconds
        catalogDatabase = source.catalogDatabase
        dataDatabase = source.dataDatabase
        masterUser = source.masterUser
        tls = source.tls.rawValue
        caFile = source.caFile
        subnetGroup = source.subnetGroup
        securityGroups = source.securityGroups.isEmpty ? nil : source.securityGroups
        clusterParameterGroup = source.clusterParameterGroup
        instanceParameterGroup = source.instanceParameterGroup
        allowFullCopy = source.allowFullCopy
        tableRegion = source.tableRegion.isEmpty ? nil : source.tableRegion
    }

    /// - Parameter defaultRegion: of the control plane; nil when it has none.
    /// - Throws: `invalidRequest`.
    package func source(defaultRegion: String?) throws(ControlError) -> AuroraSource {
        var source = AuroraSource(cluster: cluster, region: region ?? defaultRegion ?? "")
        if let instanceClass { source.instanceClass = instanceClass }
        if let minimumAcu { source.minimumACU = minimumAcu }
        if let maximumAcu { source.maximumACU = maximumAcu }
        if let autoPauseSeconds { source.autoPauseSeconds = autoPauseSeconds }
        if let catalogDatabase { source.catalogDatabase = catalogDatabase }
        if let dataDatabase { source.dataDatabase = dataDatabase }
        if let masterUser { source.masterUser = masterUser }
        if let tls {
            guard let mode = AuroraSource.TLSMode(rawValue: tls) else {
                throw ControlError(
                    .invalidRequest, subject: "tls", "'\(tls)' is no way to use TLS",
                    hint: "choose one of " + AuroraSource.TLSMode.allCases.map(\.rawValue).joined(separator: ", "))
            }
            source.tls = mode
        }
        source.caFile = caFile
        source.subnetGroup = subnetGroup
        source.securityGroups = securityGroups ?? []
        source.clusterParameterGroup = clusterParameterGroup
        source.instanceParameterGroup = instanceParameterGroup
        source.allowFullCopy = allowFullCopy ?? false
        source.tableRegion = tableRegion ?? ""
        try source.check()
        return source
    }
}
