import DynamoModel
import Environments
import Postgres

/// Where the databases of clones are instead of at their clusters' endpoints: for tunnels, and for RDS implementations
/// without databases behind their clusters. The file that `ENVCTL_AURORA_ENDPOINTS` names holds a JSON object whose
/// members are named after clusters, clones or sources:
///
/// - `{"host_address": "127.0.0.1", "port": 15432}`: a tunnel. The endpoint's name stays what the certificate is held
///   against.
/// - `{"url": "postgresql://…", "catalog_template": "c", "data_template": "d"}`: another server stands in. Each clone is
///   a copy of those two databases there.
struct AuroraEndpoints: Sendable, Hashable {
    struct Mapping: Sendable, Hashable {
        var hostAddress: String?
        var port: Int?
        @Secret var url: String?
        var catalogTemplate: String?
        var dataTemplate: String?
    }

    var mappings: [String: Mapping] = [:]

    /// - Parameter path: nil or empty: no mapping.
    init(path: String?) throws(ControlError) {
        guard let path, !path.isEmpty else { return }
        guard let bytes = try PosixFile.readText(path).map({ Array($0.utf8) }),
            let members = try? JSONValue(parsing: bytes).objectValue
        else {
            throw ControlError(
                .misconfigured, subject: path, "ENVCTL_AURORA_ENDPOINTS names no readable JSON object: \(path)",
                hint: "docs/aurora.md shows one")
        }
        for member in members {
            let value = member.value
            let mapping = Mapping(
                hostAddress: value["host_address"]?.stringValue, port: value["port"]?.intValue,
                url: value["url"]?.stringValue, catalogTemplate: value["catalog_template"]?.stringValue,
                dataTemplate: value["data_template"]?.stringValue)
            let isStandIn = mapping.url != nil && mapping.catalogTemplate != nil && mapping.dataTemplate != nil
            guard isStandIn || mapping.url == nil && mapping.hostAddress != nil else {
                throw ControlError(
                    .misconfigured, subject: path,
                    "the entry '\(member.name)' of \(path) is neither a tunnel nor a server that stands in",
                    hint: "give host_address and port, or url, catalog_template and data_template")
            }
            mappings[member.name] = mapping
        }
    }

    func mapping(of row: AuroraCloneRow) -> Mapping? { mappings[row.cluster] ?? mappings[row.source.cluster] }
}
