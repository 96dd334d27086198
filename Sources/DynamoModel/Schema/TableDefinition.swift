package enum BillingMode: String, Hashable, Sendable, CaseIterable {
    case provisioned = "PROVISIONED"
    case payPerRequest = "PAY_PER_REQUEST"
}

package enum TableClass: String, Hashable, Sendable, CaseIterable {
    case standard = "STANDARD"
    case standardInfrequentAccess = "STANDARD_INFREQUENT_ACCESS"
}

package enum StreamViewType: String, Hashable, Sendable, CaseIterable {
    case newImage = "NEW_IMAGE"
    case oldImage = "OLD_IMAGE"
    case newAndOldImages = "NEW_AND_OLD_IMAGES"
    case keysOnly = "KEYS_ONLY"
}

package struct StreamSpecification: Hashable, Sendable {
    package var enabled: Bool
    package var viewType: StreamViewType?

    package init(enabled: Bool, viewType: StreamViewType? = nil) {
        self.enabled = enabled
        self.viewType = viewType
    }

    /// Reads `{"StreamEnabled": bool, "StreamViewType": …?}`; nil if it is no such object.
    package init?(json: JSONValue) {
        guard let enabled = json["StreamEnabled"]?.boolValue else { return nil }
        self.init(
            enabled: enabled, viewType: json["StreamViewType"]?.stringValue.flatMap(StreamViewType.init(rawValue:)))
    }

    package func write(to json: inout JSONWriter) {
        json.beginObject()
        json.name("StreamEnabled")
        json.bool(enabled)
        if let viewType {
            json.name("StreamViewType")
            json.string(viewType.rawValue)
        }
        json.endObject()
    }
}

/// Encryption at rest, kept and described but not carried out: the database's storage is the operator's.
package struct SSESpecification: Hashable, Sendable {
    package var enabled: Bool
    package var type: String?
    package var kmsMasterKeyID: String?

    package init(enabled: Bool, type: String? = nil, kmsMasterKeyID: String? = nil) {
        self.enabled = enabled
        self.type = type
        self.kmsMasterKeyID = kmsMasterKeyID
    }
}

package struct Tag: Hashable, Sendable {
    package var key: String
    package var value: String

    package init(key: String, value: String) {
        self.key = key
        self.value = value
    }
}

/// What a table is, apart from its state: the part of CreateTable and DescribeTable that survives a copy.
package struct TableDefinition: Hashable, Sendable {
    package var name: String
    package var keySchema: KeySchema
    package var attributeDefinitions: [AttributeDefinition]
    package var billingMode: BillingMode
    /// Nil for a table that pays per request.
    package var provisionedThroughput: Throughput?
    package var indexes: [IndexDefinition]
    package var streamSpecification: StreamSpecification?
    package var sse: SSESpecification?
    package var tableClass: TableClass?
    package var deletionProtection: Bool
    package var tags: [Tag]

    package init(
        name: String, keySchema: KeySchema, attributeDefinitions: [AttributeDefinition],
        billingMode: BillingMode = .payPerRequest, provisionedThroughput: Throughput? = nil,
        indexes: [IndexDefinition] = [], streamSpecification: StreamSpecification? = nil,
        sse: SSESpecification? = nil, tableClass: TableClass? = nil, deletionProtection: Bool = false,
        tags: [Tag] = []
    ) {
        self.name = name
        self.keySchema = keySchema
        self.attributeDefinitions = attributeDefinitions
        self.billingMode = billingMode
        self.provisionedThroughput = provisionedThroughput
        self.indexes = indexes
        self.streamSpecification = streamSpecification
        self.sse = sse
        self.tableClass = tableClass
        self.deletionProtection = deletionProtection
        self.tags = tags
    }

    package var globalIndexes: [IndexDefinition] { indexes.filter { $0.kind == .global } }
    package var localIndexes: [IndexDefinition] { indexes.filter { $0.kind == .local } }

    package func index(named name: String) -> IndexDefinition? { indexes.first { $0.name == name } }

    /// The declared type of a key attribute.
    package func type(of attribute: Text) -> KeyAttributeType? {
        attributeDefinitions.first { $0.name == attribute }?.type
    }
}

extension TableDefinition {
    /// Reads the output of DescribeTable, with or without the enclosing `Table` member.
    /// - Throws: a validation error that names the member that is missing or wrong.
    package init(describeTable json: JSONValue) throws(WireError) {
        let table = json["Table"] ?? json["TableDescription"] ?? json
        guard let name = table["TableName"]?.stringValue else { throw .missing("TableName") }
        guard let keys = table["KeySchema"] else { throw .missing("KeySchema") }
        guard let attributes = table["AttributeDefinitions"]?.arrayValue else {
            throw .missing("AttributeDefinitions")
        }
        var definitions: [AttributeDefinition] = []
        for attribute in attributes { definitions.append(try AttributeDefinition(json: attribute)) }
        var indexes: [IndexDefinition] = []
        for (member, kind) in [
            ("GlobalSecondaryIndexes", IndexDefinition.Kind.global), ("LocalSecondaryIndexes", .local),
        ] {
            for index in table[member]?.arrayValue ?? [] {
                indexes.append(try IndexDefinition(described: index, kind: kind))
            }
        }
        let throughput = table["ProvisionedThroughput"].flatMap(Throughput.init(json:))
        let mode = table["BillingModeSummary"]?["BillingMode"]?.stringValue ?? table["BillingMode"]?.stringValue
        let billing = mode.flatMap(BillingMode.init(rawValue:)) ?? .provisioned
        self.init(
            name: name, keySchema: try KeySchema(json: keys), attributeDefinitions: definitions,
            billingMode: billing, provisionedThroughput: billing == .provisioned ? throughput : nil,
            indexes: indexes,
            streamSpecification: table["StreamSpecification"].flatMap(StreamSpecification.init(json:)),
            sse: SSESpecification(described: table["SSEDescription"]),
            tableClass: table["TableClassSummary"]?["TableClass"]?.stringValue.flatMap(TableClass.init(rawValue:)),
            deletionProtection: table["DeletionProtectionEnabled"]?.boolValue ?? false)
        for key in [keySchema] + indexes.map(\.keySchema) {
            for attribute in key.attributeNames where type(of: attribute) == nil {
                throw .invalidParameter("AttributeDefinitions does not define the key attribute \(attribute)")
            }
        }
    }
}

extension IndexDefinition {
    init(described json: JSONValue, kind: Kind) throws(WireError) {
        guard let name = json["IndexName"]?.stringValue else { throw .missing("IndexName") }
        guard let keys = json["KeySchema"] else { throw .missing("KeySchema") }
        self.init(
            name: name, kind: kind, keySchema: try KeySchema(json: keys),
            projection: try json["Projection"].map { json throws(WireError) in try Projection(json: json) } ?? .all,
            provisionedThroughput: json["ProvisionedThroughput"].flatMap(Throughput.init(json:)))
    }
}

extension SSESpecification {
    fileprivate init?(described json: JSONValue?) {
        guard let json, let status = json["Status"]?.stringValue else { return nil }
        self.init(
            enabled: status == "ENABLED" || status == "UPDATING", type: json["SSEType"]?.stringValue,
            kmsMasterKeyID: json["KMSMasterKeyArn"]?.stringValue)
    }
}

extension WireError {
    fileprivate static func missing(_ member: String) -> WireError {
        .invalidParameter("the table description has no \(member)")
    }
}
