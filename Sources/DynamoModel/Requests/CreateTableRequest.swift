/// CreateTable.
package struct CreateTableRequest: Sendable {
    /// The table to be, with every rule that needs no other table checked.
    package var definition: TableDefinition
    /// Limits on demand and warm throughput of the table and its indexes.
    package var details = TableDetails()
    /// The policy to attach, as it came.
    package var resourcePolicy: String?
    package var tableName: String { definition.name }

    package init(json: JSONValue) throws(WireError) {
        var reader = try RequestReader(json, "CreateTableInput")
        let name = try reader.tableName()
        var billingMode: BillingMode? = try reader.enumeration("BillingMode")
        // The service knows the mode by a second name, which no SDK has; the first one decides.
        let throughputMode: BillingMode? = try reader.enumeration("TableThroughputMode")
        billingMode = billingMode ?? throughputMode
        let tableClassName = try reader.string("TableClass")
        let attributes = try reader.attributeDefinitions()
        let keys = try reader.keySchema()
        let throughput = try reader.throughput()
        let global = try reader.indexes(.global)
        let local = try reader.indexes(.local)
        let stream = try reader.streamSpecification()
        let sse = try reader.sseSpecification()
        let tags = try reader.tags()
        let deletionProtection = try reader.bool("DeletionProtectionEnabled") ?? false
        let onDemand = try reader.onDemandThroughput()
        let warm = try reader.warmThroughput()
        resourcePolicy = try reader.string("ResourcePolicy")
        try reader.finish()
        let tableClass = try tableClassName.map(CreateTableRequest.tableClass)

        let checks = CreateTableChecks(
            attributes: attributes, keys: keys, billingMode: billingMode ?? .provisioned, throughput: throughput,
            globalIndexes: global, localIndexes: local)
        let (keySchema, indexes) = try checks.run()
        try CreateTableRequest.check(stream)
        try TagRules.check(tags)
        try TagRules.check(count: tags.count)
        try RequestReader.refuseGlobalTable(json)
        details = try TableDetails(
            creating: billingMode ?? .provisioned, throughput, onDemand, warm, global ?? [])
        let encryption = try sse.map { sse throws(WireError) in try sse.specification() }
        definition = TableDefinition(
            name: name, keySchema: keySchema, attributeDefinitions: attributes,
            billingMode: billingMode ?? .provisioned, provisionedThroughput: throughput, indexes: indexes,
            streamSpecification: stream, sse: encryption, tableClass: tableClass,
            deletionProtection: deletionProtection,
            tags: tags)
    }

    /// Not an enumeration of the model's, as its own message shows.
    package static func tableClass(_ name: String) throws(WireError) -> TableClass {
        if let tableClass = TableClass(rawValue: name) { return tableClass }
        throw .validation(
            "Invalid table-class parameter provided. Please try again with a valid table-class value: "
                + "[\(TableClass.wireOrder)].")
    }

    private static func check(_ stream: StreamSpecification?) throws(WireError) {
        guard let stream else { return }
        if stream.enabled, stream.viewType == nil {
            throw .invalidParameter("Table is being created with a stream enabled, UpdateViewType is required")
        }
        if !stream.enabled, stream.viewType != nil {
            throw .invalidParameter(
                "Table is being created with a stream disabled, UpdateViewType should not be specified")
        }
    }
}

/// `SSESpecification`, before its members are checked against one another.
struct EncryptionRequest {
    let enabled: Bool?
    let type: SSEType?
    let keyID: String?

    /// The type alone enables too, and nothing at all asks for nothing.
    func specification() throws(WireError) -> SSESpecification {
        if enabled == false, type != nil {
            throw .invalidParameter("SSEType can not be specified if Enabled is false")
        }
        if enabled == false, keyID != nil {
            throw .invalidParameter("KMSMasterKeyId can not be specified if Enabled is false")
        }
        if type == .aes256 { throw .invalidParameter("SSEType AES256 is not supported") }
        if keyID != nil, type == nil {
            throw .invalidParameter("SSEType KMS is required if KMSMasterKeyId is specified")
        }
        return SSESpecification(enabled: enabled ?? (type != nil), type: type?.rawValue, kmsMasterKeyID: keyID)
    }
}

/// An index of a request, before it is checked against the table.
struct IndexRequest {
    let name: String
    let keys: [KeySchemaElement]
    let projectionType: ProjectionType?
    let nonKeyAttributes: [String]?
    let throughput: Throughput?
    var onDemand: OnDemandThroughput?
    var warm: WarmThroughput?
}

extension RequestReader {
    mutating func attributeDefinitions() throws(WireError) -> [AttributeDefinition] {
        require("AttributeDefinitions")
        var definitions: [AttributeDefinition] = []
        for (index, element) in (try list("AttributeDefinitions") ?? []).enumerated() {
            var nested = try RequestReader(
                element, "AttributeDefinition", path: "\(path)attributeDefinitions.\(index + 1).member.")
            let name = try nested.keyAttributeName()
            nested.require("AttributeType")
            let type: KeyAttributeType? = try nested.enumeration("AttributeType")
            merge(nested)
            if let name, let type { definitions.append(AttributeDefinition(name: Text(name), type: type)) }
        }
        return definitions
    }

    /// - Parameter isGlobal: of a global index, for whose keys' number the model has no upper bound.
    mutating func keySchema(isGlobal: Bool = false) throws(WireError) -> [KeySchemaElement] {
        require("KeySchema")
        guard let list = try list("KeySchema") else { return [] }
        var elements: [KeySchemaElement] = []
        for (index, element) in list.enumerated() {
            var nested = try RequestReader(
                element, "KeySchemaElement", path: "\(path)keySchema.\(index + 1).member.")
            let name = try nested.keyAttributeName()
            nested.require("KeyType")
            let type: KeyType? = try nested.enumeration("KeyType")
            merge(nested)
            if let name, let type { elements.append(KeySchemaElement(name: Text(name), keyType: type)) }
        }
        let shown = elements.map { "KeySchemaElement(attributeName=\($0.name), keyType=\($0.keyType.rawValue))" }
        checkLength(list.count, 1...(isGlobal ? Int.max : 2), of: "[\(shown.joined(separator: ", "))]", at: "KeySchema")
        return elements
    }

    private mutating func keyAttributeName() throws(WireError) -> String? {
        require("AttributeName")
        guard let name = try string("AttributeName") else { return nil }
        checkLength(name.utf8.count, 1...Limits.keyAttributeNameLength, of: name, at: "AttributeName")
        return name
    }

    mutating func throughput(_ member: String = "ProvisionedThroughput") throws(WireError) -> Throughput? {
        guard var nested = try structure(member, "ProvisionedThroughput") else { return nil }
        nested.require("ReadCapacityUnits")
        nested.require("WriteCapacityUnits")
        let read = try nested.integer("ReadCapacityUnits", type: "Long")
        let write = try nested.integer("WriteCapacityUnits", type: "Long")
        nested.checkValue(read, 1...Int.max, at: "ReadCapacityUnits")
        nested.checkValue(write, 1...Int.max, at: "WriteCapacityUnits")
        merge(nested)
        return Throughput(readCapacityUnits: read ?? 1, writeCapacityUnits: write ?? 1)
    }

    mutating func indexes(
        _ kind: IndexDefinition.Kind, member: String? = nil
    ) throws(WireError) -> [IndexRequest]? {
        let member = member ?? (kind == .global ? "GlobalSecondaryIndexes" : "LocalSecondaryIndexes")
        guard let list = try list(member) else { return nil }
        var indexes: [IndexRequest] = []
        for (index, element) in list.enumerated() {
            var nested = try RequestReader(
                element, kind == .global ? "GlobalSecondaryIndex" : "LocalSecondaryIndex",
                path: "\(path)\(RequestReader.memberName(member)).\(index + 1).member.")
            indexes.append(try nested.index(kind))
            merge(nested)
        }
        return indexes
    }

    mutating func index(_ kind: IndexDefinition.Kind) throws(WireError) -> IndexRequest {
        require("IndexName")
        let name = try resourceName("IndexName", Limits.indexNameLength)
        let keys = try keySchema(isGlobal: kind == .global)
        require("Projection")
        var type: ProjectionType?
        var nonKeyAttributes: [String]?
        if var nested = try structure("Projection", "Projection") {
            type = try nested.enumeration("ProjectionType")
            nonKeyAttributes = try nested.strings("NonKeyAttributes")
            if let nonKeyAttributes {
                let shown = "[\(nonKeyAttributes.joined(separator: ", "))]"
                nested.checkLength(
                    nonKeyAttributes.count, 1...Limits.nonKeyAttributesPerIndex, of: shown, at: "NonKeyAttributes")
                nested.checkElements(
                    nonKeyAttributes, 1...Limits.keyAttributeNameLength, of: shown, at: "NonKeyAttributes")
            }
            merge(nested)
        }
        return IndexRequest(
            name: name ?? "", keys: keys, projectionType: type, nonKeyAttributes: nonKeyAttributes,
            throughput: try throughput(), onDemand: try onDemandThroughput(), warm: try warmThroughput())
    }

    mutating func streamSpecification() throws(WireError) -> StreamSpecification? {
        guard var nested = try structure("StreamSpecification", "StreamSpecification") else { return nil }
        nested.require("StreamEnabled")
        let enabled = try nested.bool("StreamEnabled")
        let viewType: StreamViewType? = try nested.enumeration("StreamViewType")
        merge(nested)
        return StreamSpecification(enabled: enabled ?? false, viewType: viewType)
    }

    mutating func sseSpecification(_ member: String = "SSESpecification") throws(WireError) -> EncryptionRequest? {
        guard var nested = try structure(member, "SSESpecification") else { return nil }
        let type: SSEType? = try nested.enumeration("SSEType")
        merge(nested)
        return EncryptionRequest(
            enabled: try nested.bool("Enabled"), type: type, keyID: try nested.string("KMSMasterKeyId"))
    }
}
