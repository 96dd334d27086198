/// What an UpdateTable makes of a table, or why the service refuses it: a value, so that it can be decided under the
/// lock of the table's row and carried out after.
package struct TableUpdate: Sendable {
    /// A table as UpdateTable finds it.
    package struct State: Sendable {
        package var definition: TableDefinition
        package var details: TableDetails
        /// Indexes that are being made or deleted, by name.
        package var busy: [String: Busy]

        package enum Busy: Sendable { case creating, deleting }

        package init(definition: TableDefinition, details: TableDetails = TableDetails(), busy: [String: Busy] = [:]) {
            self.definition = definition
            self.details = details
            self.busy = busy
        }
    }

    package enum StreamChange: Hashable, Sendable {
        case enable(StreamViewType)
        case disable
    }

    /// The table afterwards. An index that is to be made is in it; one that is to be deleted is in it too, as long as
    /// its relation exists.
    package private(set) var definition: TableDefinition
    package private(set) var details: TableDetails
    package private(set) var created: IndexDefinition?
    package private(set) var deleted: String?
    package private(set) var stream: StreamChange?
    /// Existing indexes with other throughput.
    package private(set) var changedIndexes: Set<String> = []

    private let now: Double
    private let before: State

    /// - Parameters:
    ///   - now: unix seconds.
    ///   - region: the server's own, which no replica can be made in or taken from.
    package init(
        _ request: UpdateTableRequest, of state: State, region: String, now: Double
    ) throws(WireError) {
        definition = state.definition
        details = state.details
        before = state
        self.now = now
        try TableUpdate.refuseReplication(request, region: region)
        try change(billingMode: request.billingMode, request)
        try change(throughput: request.throughput)
        try change(indexes: request.indexUpdates, request.attributes)
        if request.billingMode == .provisioned, before.definition.billingMode == .payPerRequest {
            for index in definition.globalIndexes where index.provisionedThroughput == nil {
                throw .invalidParameter("ProvisionedThroughput must be specified for index: \(index.name)")
            }
        }
        try change(stream: request.stream)
        try change(onDemand: request.onDemand, warm: request.warm)
        try change(tableClass: request.tableClass)
        if let sse = request.sse { definition.sse = sse.enabled ? sse : nil }
        if let protection = request.deletionProtection { definition.deletionProtection = protection }
    }

    // MARK: Replication

    /// There is one region here, so no replica can be made, and no table has one.
    private static func refuseReplication(_ request: UpdateTableRequest, region: String) throws(WireError) {
        for name in request.replicaRegions {
            if name == region {
                throw .validation(
                    "Cannot add, delete, or update the local region through ReplicaUpdates. "
                        + "Use CreateTable, DeleteTable, or UpdateTable as required.")
            }
            throw .invalidParameter("Region \(name) is not available: this endpoint serves \(region) alone")
        }
        if request.asksForReplication {
            throw .invalidParameter(
                "MultiRegionConsistency, GlobalTableWitnessUpdates and GlobalTableSettingsReplicationMode can only be "
                    + "specified for a table with replicas")
        }
    }

    // MARK: Capacity

    private mutating func change(billingMode mode: BillingMode?, _ request: UpdateTableRequest) throws(WireError) {
        guard let mode, mode != definition.billingMode else { return }
        definition.billingMode = mode
        switch mode {
        case .payPerRequest:
            try Quotas.checkSwitch(details.switchesToPayPerRequest, now: now)
            details.switchesToPayPerRequest = Quotas.recent(details.switchesToPayPerRequest, now: now) + [now]
            definition.provisionedThroughput = nil
            for position in definition.indexes.indices { definition.indexes[position].provisionedThroughput = nil }
        case .provisioned:
            guard let throughput = request.throughput else {
                throw .invalidParameter(
                    "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED")
            }
            if details.switchesToPayPerRequest.isEmpty, before.definition.billingMode == .payPerRequest {
                // It was born on demand, which DescribeTable goes on telling.
                details.switchesToPayPerRequest = [0]
            }
            definition.provisionedThroughput = throughput
            details.onDemand = nil
            for name in details.indexes.keys { details.indexes[name]?.onDemand = nil }
        }
    }

    private mutating func change(throughput: Throughput?) throws(WireError) {
        guard let throughput else { return }
        guard definition.billingMode == .provisioned else {
            throw .invalidParameter(
                "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST")
        }
        guard before.definition.billingMode == .provisioned, let old = before.definition.provisionedThroughput else {
            return
        }
        try Quotas.checkChange(from: old, to: throughput, "table")
        try Quotas.count(from: old, to: throughput, in: &details.history, now: now)
        definition.provisionedThroughput = throughput
    }

    private mutating func change(onDemand: OnDemandThroughput?, warm: WarmThroughput?) throws(WireError) {
        if let onDemand {
            try ThroughputRules.check(onDemand, definition.billingMode, "")
            details.onDemand = (details.onDemand ?? OnDemandThroughput()).changed(by: onDemand)
        }
        if let warm {
            let now = WarmThroughput(definition.billingMode, definition.provisionedThroughput).raised(to: details.warm)
            try ThroughputRules.check(warm, over: now, "table")
            details.warm = now.raised(to: warm)
        }
    }

    private mutating func change(tableClass: TableClass?) throws(WireError) {
        guard let tableClass, tableClass != definition.tableClass ?? .standard else { return }
        try Quotas.checkClassChange(details.classChanges, now: now)
        details.classChanges = Quotas.recent(details.classChanges, now: now, days: 30) + [now]
        definition.tableClass = tableClass
    }

    // MARK: Streams

    private mutating func change(stream: StreamSpecification?) throws(WireError) {
        guard let stream else { return }
        let isEnabled = definition.streamSpecification?.enabled ?? false
        switch (stream.enabled, isEnabled) {
        case (true, true):
            throw .validation("Table already has an enabled stream: TableName: \(definition.name)")
        case (false, false):
            throw .validation("Table does not have an enabled stream: TableName: \(definition.name)")
        case (true, false):
            guard let viewType = stream.viewType else { return }
            self.stream = .enable(viewType)
        case (false, true):
            self.stream = .disable
        }
        definition.streamSpecification = stream
    }
}

// MARK: - Indexes

extension TableUpdate {
    private mutating func change(
        indexes updates: [UpdateTableRequest.IndexUpdate], _ attributes: [AttributeDefinition]
    ) throws(WireError) {
        let online = updates.count { update in
            if case .update = update { false } else { true }
        }
        for update in updates {
            switch update {
            case .create(let index) where definition.index(named: index.name) != nil:
                throw .validation("Attempting to create an index which already exists")
            case .create: break
            case .update(let name, _, _, _), .delete(let name):
                guard definition.globalIndexes.contains(where: { $0.name == name }) else {
                    throw WireError(
                        .resourceNotFoundException,
                        "Requested resource not found: Table: \(definition.name) Index: \(name) not found")
                }
            }
        }
        // A backfilling index may be deleted; that ends its making.
        var others = before.busy
        if updates.count == 1, case .delete(let name) = updates[0], others[name] == .creating {
            others[name] = nil
        }
        if online > 1 || (online == 1 && !others.isEmpty) {
            throw WireError(
                .limitExceededException,
                "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table")
        }
        for update in updates {
            switch update {
            case .create(let index): try create(index, attributes)
            case .delete(let name): deleted = name
            case .update(let name, let throughput, let onDemand, let warm):
                try self.update(name, throughput, onDemand, warm)
            }
        }
        if created == nil { try checkKnown(attributes) }
    }

    private mutating func create(_ index: IndexRequest, _ attributes: [AttributeDefinition]) throws(WireError) {
        guard definition.globalIndexes.count < Limits.globalIndexesPerTable else {
            throw WireError(
                .limitExceededException,
                "Subscriber limit exceeded: Number of GlobalSecondaryIndexes exceeds the per-table limit of "
                    + "\(Limits.globalIndexesPerTable)")
        }
        for attribute in attributes {
            if let known = definition.type(of: attribute.name), known != attribute.type {
                throw .invalidParameter(
                    "Attribute type of \(attribute.name) cannot be changed from \(known.rawValue) to "
                        + attribute.type.rawValue)
            }
        }
        let new = attributes.filter { definition.type(of: $0.name) == nil }
        let checks = CreateTableChecks(
            attributes: definition.attributeDefinitions + new, keys: [], billingMode: definition.billingMode,
            throughput: nil, globalIndexes: nil, localIndexes: nil)
        let created = try checks.definition(of: index, .global, definition.keySchema, after: definition.indexes)
        for attribute in new where !created.keySchema.contains(attribute.name) { throw TableUpdate.unused(attribute) }
        try ThroughputRules.check(index.onDemand, definition.billingMode, " for index: \(index.name)")
        let least = WarmThroughput(definition.billingMode, created.provisionedThroughput)
        try ThroughputRules.check(index.warm, over: least, "index \(index.name)")
        definition.attributeDefinitions += new
        definition.indexes.append(created)
        try checkProjectedCount()
        var details = TableDetails.Index()
        details.onDemand = index.onDemand.flatMap { OnDemandThroughput().changed(by: $0) }
        details.warm = index.warm
        self.details.indexes[index.name] = details == TableDetails.Index() ? nil : details
        self.created = created
    }

    private func checkProjectedCount() throws(WireError) {
        let count = definition.indexes.map(\.projection.nonKeyAttributes.count).reduce(0, +)
        guard count <= Limits.projectedAttributesPerTable else {
            throw .invalidParameter(
                "The total number of projected attributes exceeds the per-table limit of "
                    + "\(Limits.projectedAttributesPerTable)")
        }
    }

    /// Definitions without a new index may only repeat what the table has.
    private func checkKnown(_ attributes: [AttributeDefinition]) throws(WireError) {
        for attribute in attributes where definition.type(of: attribute.name) != attribute.type {
            throw TableUpdate.unused(attribute)
        }
    }

    private static func unused(_ attribute: AttributeDefinition) -> WireError {
        .invalidParameter("Some AttributeDefinitions are not used. AttributeDefinitions: [\(attribute.name)]")
    }

    private mutating func update(
        _ name: String, _ throughput: Throughput?, _ onDemand: OnDemandThroughput?, _ warm: WarmThroughput?
    ) throws(WireError) {
        guard let position = definition.indexes.firstIndex(where: { $0.name == name }) else { return }
        var details = self.details.indexes[name] ?? TableDetails.Index()
        if let throughput {
            guard definition.billingMode == .provisioned else {
                throw .invalidParameter(
                    "ProvisionedThroughput should not be specified for index: \(name) "
                        + "when BillingMode is PAY_PER_REQUEST")
            }
            if let old = before.definition.index(named: name)?.provisionedThroughput {
                try Quotas.checkChange(from: old, to: throughput, "index \(name)")
                try Quotas.count(from: old, to: throughput, in: &details.history, now: now)
            }
            definition.indexes[position].provisionedThroughput = throughput
        }
        if let onDemand {
            try ThroughputRules.check(onDemand, definition.billingMode, " for index: \(name)")
            details.onDemand = (details.onDemand ?? OnDemandThroughput()).changed(by: onDemand)
        }
        if let warm {
            let now = WarmThroughput(definition.billingMode, definition.indexes[position].provisionedThroughput)
                .raised(to: details.warm)
            try ThroughputRules.check(warm, over: now, "index \(name)")
            details.warm = now.raised(to: warm)
        }
        self.details.indexes[name] = details == TableDetails.Index() ? nil : details
        changedIndexes.insert(name)
    }
}

extension TableDefinition {
    /// The definition without one index and without the attribute definitions that nothing else uses.
    package func removing(index name: String) -> TableDefinition {
        var result = self
        result.indexes.removeAll { $0.name == name }
        let used = Set(([keySchema] + result.indexes.map(\.keySchema)).flatMap(\.attributeNames))
        result.attributeDefinitions.removeAll { !used.contains($0.name) }
        return result
    }
}
