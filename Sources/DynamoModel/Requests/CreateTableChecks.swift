/// The rules of CreateTable between members: key schemas against attribute definitions, indexes against the table.
struct CreateTableChecks {
    let attributes: [AttributeDefinition]
    let keys: [KeySchemaElement]
    let billingMode: BillingMode
    let throughput: Throughput?
    let globalIndexes: [IndexRequest]?
    let localIndexes: [IndexRequest]?

    func run() throws(WireError) -> (KeySchema, [IndexDefinition]) {
        try checkThroughput()
        try checkDuplicateDefinitions()
        let table = try keySchema(keys)
        try checkDefined(keys, isTable: true)
        var indexes: [IndexDefinition] = []
        for index in try list(localIndexes, .local) {
            indexes.append(try definition(of: index, .local, table, after: indexes))
        }
        for index in try list(globalIndexes, .global) {
            indexes.append(try definition(of: index, .global, table, after: indexes))
        }
        try checkUsed(table, indexes)
        try checkProjectedCount(indexes)
        return (table, indexes)
    }

    private func checkThroughput() throws(WireError) {
        switch (billingMode, throughput) {
        case (.payPerRequest, _?):
            throw .invalidParameter(
                "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST")
        case (.provisioned, nil):
            throw .invalidParameter(
                "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED")
        default: break
        }
        try ThroughputRules.checkBounds(throughput)
        for index in globalIndexes ?? [] { try ThroughputRules.checkBounds(index.throughput, index: index.name) }
    }

    private func checkDuplicateDefinitions() throws(WireError) {
        var seen: [Text: KeyAttributeType] = [:]
        for attribute in attributes where seen.updateValue(attribute.type, forKey: attribute.name) != nil {
            throw .validation("Attribute Name is duplicated: \(attribute.name)")
        }
    }

    /// - Parameter isGlobal: of a global index, whose keys may have several attributes.
    private func keySchema(_ keys: [KeySchemaElement], isGlobal: Bool = false) throws(WireError) -> KeySchema {
        if keys[0].keyType == .hash, Set(keys.map(\.name)).count < keys.count {
            throw .validation("Both the Hash Key and the Range Key element in the KeySchema have the same name")
        }
        let schema = try KeySchema(elements: keys)
        if !isGlobal, schema.isMultiAttribute {
            throw .validation("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")
        }
        return schema
    }

    private func checkDefined(_ keys: [KeySchemaElement], isTable: Bool) throws(WireError) {
        let missing = keys.filter { key in !attributes.contains { $0.name == key.name } }
        guard !missing.isEmpty else { return }
        if isTable, missing.count < keys.count {
            throw .validation("Invalid KeySchema: Some index key attribute have no definition")
        }
        throw .invalidParameter(
            "Some index key attributes are not defined in AttributeDefinitions. "
                + "Keys: [\(names(keys.map(\.name)))], AttributeDefinitions: [\(names(attributes.map(\.name)))]")
    }

    private func list(
        _ indexes: [IndexRequest]?, _ kind: IndexDefinition.Kind
    ) throws(WireError) -> [IndexRequest] {
        guard let indexes else { return [] }
        let isGlobal = kind == .global
        if indexes.isEmpty {
            throw .invalidParameter(
                "List of \(isGlobal ? "GlobalSecondaryIndexes" : "LocalSecondaryIndexes") is empty")
        }
        let limit = isGlobal ? Limits.globalIndexesPerTable : Limits.localIndexesPerTable
        if indexes.count > limit {
            throw .invalidParameter(
                isGlobal
                    ? "GlobalSecondaryIndex count exceeds the per-table limit of \(limit)"
                    : "Number of LocalSecondaryIndexes exceeds per-table limit of \(limit)")
        }
        return indexes
    }

    func definition(
        of index: IndexRequest, _ kind: IndexDefinition.Kind, _ table: KeySchema, after others: [IndexDefinition]
    ) throws(WireError) -> IndexDefinition {
        let keySchema = try keySchema(index.keys, isGlobal: kind == .global)
        try checkDefined(index.keys, isTable: false)
        if others.contains(where: { $0.name == index.name }) {
            throw .invalidParameter("Duplicate index name: \(index.name)")
        }
        if kind == .local { try checkLocal(index, keySchema, table) }
        if kind == .global { try checkIndexThroughput(index) }
        return IndexDefinition(
            name: index.name, kind: kind, keySchema: keySchema, projection: try projection(of: index),
            provisionedThroughput: kind == .global ? index.throughput : nil)
    }

    private func checkLocal(_ index: IndexRequest, _ keySchema: KeySchema, _ table: KeySchema) throws(WireError) {
        if table.range == nil {
            throw .invalidParameter(
                "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex")
        }
        if keySchema.range == nil {
            throw .invalidParameter("Index KeySchema does not have a range key for index: \(index.name)")
        }
        if keySchema.hash != table.hash {
            throw .invalidParameter(
                "Index KeySchema does not have the same leading hash key as table KeySchema for index: \(index.name). "
                    + "index hash key: \(keySchema.hash), table hash key: \(table.hash)")
        }
    }

    private func checkIndexThroughput(_ index: IndexRequest) throws(WireError) {
        switch (billingMode, index.throughput) {
        case (.payPerRequest, _?):
            throw .invalidParameter(
                "ProvisionedThroughput should not be specified for index: \(index.name) "
                    + "when BillingMode is PAY_PER_REQUEST")
        case (.provisioned, nil):
            throw .invalidParameter("ProvisionedThroughput is not specified for index: \(index.name)")
        default: break
        }
    }

    private func projection(of index: IndexRequest) throws(WireError) -> Projection {
        guard let type = index.projectionType else { throw .invalidParameter("Unknown ProjectionType: null") }
        switch (type, index.nonKeyAttributes) {
        case (.all, _?), (.keysOnly, _?):
            throw .invalidParameter("ProjectionType is \(type.rawValue), but NonKeyAttributes is specified")
        case (.include, nil):
            throw .invalidParameter("ProjectionType is INCLUDE, but NonKeyAttributes is not specified")
        default: break
        }
        var seen = Set<String>()
        for name in index.nonKeyAttributes ?? [] where !seen.insert(name).inserted {
            throw .invalidParameter("Duplicate element in NonKeyAttributes: \(name)")
        }
        return Projection(type: type, nonKeyAttributes: (index.nonKeyAttributes ?? []).map { Text($0) })
    }

    private func checkUsed(_ table: KeySchema, _ indexes: [IndexDefinition]) throws(WireError) {
        let used = Set(([table] + indexes.map(\.keySchema)).flatMap(\.attributeNames))
        guard attributes.count != used.count else { return }
        if indexes.isEmpty {
            throw .invalidParameter(
                "Number of attributes in KeySchema does not exactly match "
                    + "number of attributes defined in AttributeDefinitions")
        }
        throw .invalidParameter(
            "Some AttributeDefinitions are not used. "
                + "AttributeDefinitions: [\(names(attributes.map(\.name)))], keys used: [\(names(used.sorted()))]")
    }

    private func checkProjectedCount(_ indexes: [IndexDefinition]) throws(WireError) {
        let count = indexes.map(\.projection.nonKeyAttributes.count).reduce(0, +)
        guard count <= Limits.projectedAttributesPerTable else {
            throw .invalidParameter(
                "The total number of projected attributes exceeds the per-table limit of "
                    + "\(Limits.projectedAttributesPerTable)")
        }
    }

    private func names(_ texts: [Text]) -> String {
        texts.map(\.string).joined(separator: ", ")
    }
}
