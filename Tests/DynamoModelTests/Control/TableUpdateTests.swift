import DynamoModel
import Testing

@Suite struct TableUpdateTests {
    private static let region = "eu-central-1"

    private static func table(_ mode: BillingMode = .payPerRequest) -> TableDefinition {
        let throughput = mode == .provisioned ? Throughput(readCapacityUnits: 5, writeCapacityUnits: 5) : nil
        return TableDefinition(
            name: "orders", keySchema: KeySchema(hash: "pk", range: "sk"),
            attributeDefinitions: [
                AttributeDefinition(name: "pk", type: .string), AttributeDefinition(name: "sk", type: .number),
                AttributeDefinition(name: "g", type: .string),
            ], billingMode: mode, provisionedThroughput: throughput,
            indexes: [
                IndexDefinition(
                    name: "by-g", kind: .global, keySchema: KeySchema(hash: "g"), projection: .all,
                    provisionedThroughput: throughput)
            ])
    }

    private static func update(
        _ members: String, _ state: TableUpdate.State = .init(definition: table()), now: Double = 1_000_000
    ) throws -> TableUpdate {
        let request = try UpdateTableRequest(json: JSONValue(#"{"TableName":"orders",\#(members)}"#))
        return try TableUpdate(request, of: state, region: region, now: now)
    }

    private static func message(
        _ members: String, _ state: TableUpdate.State = .init(definition: table()), now: Double = 1_000_000
    ) -> String {
        do {
            _ = try update(members, state, now: now)
            return ""
        } catch let error as WireError {
            return error.message
        } catch {
            return "\(error)"
        }
    }

    private static let invalid = "One or more parameter values were invalid: "

    @Test func `something must be asked for`() {
        for members in ["\"Unknown\":1", #""GlobalSecondaryIndexUpdates":[]"#, #""AttributeDefinitions":[]"#] {
            #expect(
                Self.message(members)
                    == "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, "
                    + "GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required")
        }
    }

    // MARK: Capacity

    @Test func `a switch to provisioned needs units for the table and each index`() throws {
        #expect(
            Self.message(#""BillingMode":"PROVISIONED""#)
                == Self.invalid
                + "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED")
        let units = #""ProvisionedThroughput":{"ReadCapacityUnits":7,"WriteCapacityUnits":8}"#
        #expect(
            Self.message(#""BillingMode":"PROVISIONED",\#(units)"#)
                == Self.invalid + "ProvisionedThroughput must be specified for index: by-g")
        let index = #""GlobalSecondaryIndexUpdates":[{"Update":{"IndexName":"by-g",\#(units)}}]"#
        let update = try Self.update(#""BillingMode":"PROVISIONED",\#(units),\#(index)"#)
        #expect(update.definition.billingMode == .provisioned)
        #expect(update.definition.provisionedThroughput == Throughput(readCapacityUnits: 7, writeCapacityUnits: 8))
        #expect(update.definition.indexes[0].provisionedThroughput?.writeCapacityUnits == 8)
        #expect(update.changedIndexes == ["by-g"])
    }

    @Test func `units beyond all bounds`() {
        let units = #""ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1000000000001}"#
        let state = TableUpdate.State(definition: Self.table(.provisioned))
        #expect(Self.message(units, state) == "Given value 1000000000001 for WriteCapacityUnits is out of bounds")
        #expect(
            Self.message(#""GlobalSecondaryIndexUpdates":[{"Update":{"IndexName":"by-g",\#(units)}}]"#, state)
                == "Given value 1000000000001 for WriteCapacityUnits is out of bounds for index by-g")
    }

    @Test func `a limit or a warm throughput of nothing`() {
        #expect(
            Self.message(#""OnDemandThroughput":{}"#)
                == Self.invalid
                + "At least one of MaxReadRequestUnits and MaxWriteRequestUnits must be specified in OnDemandThroughput"
        )
        #expect(
            Self.message(#""WarmThroughput":{}"#)
                == Self.invalid
                + "At least one of ReadUnitsPerSecond and WriteUnitsPerSecond must be specified in WarmThroughput for "
                + "table")
    }

    @Test func `a switch to on-demand takes the units away and is remembered`() throws {
        let update = try Self.update(
            #""BillingMode":"PAY_PER_REQUEST""#, .init(definition: Self.table(.provisioned)), now: 77)
        #expect(update.definition.provisionedThroughput == nil)
        #expect(update.definition.indexes[0].provisionedThroughput == nil)
        #expect(update.details.switchesToPayPerRequest == [77])
    }

    @Test func `the fifth switch within a day is refused`() {
        var state = TableUpdate.State(definition: Self.table(.provisioned))
        state.details.switchesToPayPerRequest = [990_000, 991_000, 992_000, 993_000]
        #expect(Self.message(#""BillingMode":"PAY_PER_REQUEST""#, state).hasPrefix("Subscriber limit exceeded: "))
        #expect(Self.message(#""BillingMode":"PAY_PER_REQUEST""#, state, now: 990_000 + 86_401) == "")
    }

    @Test func `units that stay the same are refused`() {
        #expect(
            Self.message(
                #""ProvisionedThroughput":{"ReadCapacityUnits":5,"WriteCapacityUnits":5}"#,
                .init(definition: Self.table(.provisioned)))
                == "The provisioned throughput for the table will not change. The requested value equals the current "
                + "value. Current ReadCapacityUnits provisioned for the table: 5. Requested ReadCapacityUnits: 5. "
                + "Current WriteCapacityUnits provisioned for the table: 5. Requested WriteCapacityUnits: 5. "
                + "Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.")
        #expect(
            Self.message(#""ProvisionedThroughput":{"ReadCapacityUnits":5,"WriteCapacityUnits":5}"#)
                == Self.invalid
                + "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"
        )
    }

    @Test func `decreases are counted by the UTC day, and after four there is one an hour`() throws {
        var state = TableUpdate.State(definition: Self.table(.provisioned))
        state.definition.provisionedThroughput = Throughput(readCapacityUnits: 100, writeCapacityUnits: 100)
        let midnight = 86_400.0 * 20_000
        for (number, time) in [10.0, 20, 30, 40].enumerated() {
            let members =
                #""ProvisionedThroughput":{"ReadCapacityUnits":\#(90 - number),"WriteCapacityUnits":100}"#
            let update = try Self.update(members, state, now: midnight + time)
            state.definition = update.definition
            state.details = update.details
        }
        #expect(state.details.history.decreasesToday(now: midnight + 50).count == 4)
        let fifth = #""ProvisionedThroughput":{"ReadCapacityUnits":50,"WriteCapacityUnits":100}"#
        #expect(
            Self.message(fifth, state, now: midnight + 50).hasPrefix(
                "Subscriber limit exceeded: Provisioned throughput decreases are limited within a given UTC day."))
        #expect(Self.message(fifth, state, now: midnight + 40 + 3600) == "")
        #expect(Self.message(fifth, state, now: midnight + 86_400) == "")
        let more = #""ProvisionedThroughput":{"ReadCapacityUnits":500,"WriteCapacityUnits":100}"#
        #expect(try Self.update(more, state, now: midnight + 50).details.history.lastIncrease == midnight + 50)
    }

    @Test func `limits on demand come and go`() throws {
        let update = try Self.update(#""OnDemandThroughput":{"MaxReadRequestUnits":10}"#)
        #expect(update.details.onDemand == OnDemandThroughput(maxReadRequestUnits: 10))
        var state = TableUpdate.State(definition: Self.table())
        state.details.onDemand = OnDemandThroughput(maxReadRequestUnits: 10)
        #expect(try Self.update(#""OnDemandThroughput":{"MaxReadRequestUnits":-1}"#, state).details.onDemand == nil)
        #expect(Self.message(#""OnDemandThroughput":{"MaxReadRequestUnits":0}"#).hasPrefix(Self.invalid))
        #expect(
            Self.message(
                #""OnDemandThroughput":{"MaxReadRequestUnits":1}"#, .init(definition: Self.table(.provisioned))
            ).hasPrefix(Self.invalid))
    }

    @Test func `warm throughput is raised, never lowered`() throws {
        let update = try Self.update(#""WarmThroughput":{"ReadUnitsPerSecond":20000}"#)
        #expect(update.details.warm == WarmThroughput(readUnitsPerSecond: 20_000, writeUnitsPerSecond: 4_000))
        #expect(
            Self.message(#""WarmThroughput":{"ReadUnitsPerSecond":11999}"#)
                == Self.invalid
                + "Requested ReadUnitsPerSecond for WarmThroughput for table is lower than current WarmThroughput, "
                + "decreasing WarmThroughput is not supported")
    }

    @Test func `the class changes twice a month`() throws {
        let change = #""TableClass":"STANDARD_INFREQUENT_ACCESS""#
        #expect(try Self.update(change).definition.tableClass == .standardInfrequentAccess)
        #expect(try Self.update(#""TableClass":"STANDARD""#).details.classChanges == [])
        var state = TableUpdate.State(definition: Self.table())
        state.details.classChanges = [900_000, 950_000]
        #expect(Self.message(change, state).hasPrefix("Subscriber limit exceeded: "))
    }

    // MARK: Indexes

    private static func create(
        _ name: String, _ hash: String, _ attributes: String = #"{"AttributeName":"h","AttributeType":"S"}"#,
        _ more: String = ""
    ) -> String {
        #""AttributeDefinitions":[\#(attributes)],"GlobalSecondaryIndexUpdates":[{"Create":{"IndexName":"\#(name)","#
            + #""KeySchema":[{"AttributeName":"\#(hash)","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}\#(more)}}]"#
    }

    @Test func `an index is added with its attribute`() throws {
        let update = try Self.update(Self.create("by-h", "h"))
        #expect(update.created?.name == "by-h")
        #expect(update.definition.globalIndexes.map(\.name) == ["by-g", "by-h"])
        #expect(update.definition.type(of: "h") == .string)
        // An attribute that the table knows need not be defined again, and may be.
        let known = #"{"AttributeName":"sk","AttributeType":"N"}"#
        #expect(try Self.update(Self.create("by-sk", "sk", "")).created?.keySchema.hash == "sk")
        #expect(try Self.update(Self.create("by-sk", "sk", known)).definition.attributeDefinitions.count == 3)
    }

    @Test(arguments: [
        (create("by-h", "h", ""), "Some index key attributes are not defined in AttributeDefinitions. "),
        (
            create(
                "by-h", "h", #"{"AttributeName":"h","AttributeType":"S"},{"AttributeName":"i","AttributeType":"S"}"#),
            "Some AttributeDefinitions are not used. "
        ),
        (create("by-h", "g", #"{"AttributeName":"g","AttributeType":"N"}"#), "Attribute type of g cannot be changed"),
        (
            create(
                "by-h", "h", #"{"AttributeName":"h","AttributeType":"S"}"#,
                #","ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1}"#),
            "ProvisionedThroughput should not be specified for index: by-h"
        ),
    ])
    func `an index that cannot be added`(_ members: String, _ reason: String) {
        #expect(Self.message(members).hasPrefix(Self.invalid + reason))
    }

    @Test func `an index exists once`() {
        #expect(Self.message(Self.create("by-g", "g", "")) == "Attempting to create an index which already exists")
    }

    @Test func `indexes are added and deleted one at a time`() {
        let limit = "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table"
        let two =
            #""GlobalSecondaryIndexUpdates":[{"Delete":{"IndexName":"by-g"}},{"Create":{"IndexName":"by-h","#
            + #""KeySchema":[{"AttributeName":"sk","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}}]"#
        #expect(Self.message(two) == limit)
        let busy = TableUpdate.State(definition: Self.table(), busy: ["by-g": .creating])
        #expect(Self.message(Self.create("by-h", "h"), busy) == limit)
        // The one that is being made may be given up.
        #expect(Self.message(#""GlobalSecondaryIndexUpdates":[{"Delete":{"IndexName":"by-g"}}]"#, busy) == "")
        let deleting = TableUpdate.State(definition: Self.table(), busy: ["by-g": .deleting])
        #expect(Self.message(#""GlobalSecondaryIndexUpdates":[{"Delete":{"IndexName":"by-g"}}]"#, deleting) == limit)
    }

    @Test func `an update of an index says what exactly`() {
        #expect(
            Self.message(#""GlobalSecondaryIndexUpdates":[{}]"#)
                == Self.invalid + "GlobalSecondaryIndexUpdate must contain exactly one of Create, Update or Delete")
        #expect(
            Self.message(
                #""GlobalSecondaryIndexUpdates":[{"Delete":{"IndexName":"by-g"}},{"Delete":{"IndexName":"by-g"}}]"#)
                == Self.invalid
                + "Only one global secondary index update per index is allowed simultaneously. Index: by-g")
        let none = #""GlobalSecondaryIndexUpdates":[{"Delete":{"IndexName":"none"}}]"#
        #expect(throws: WireError.self) { try Self.update(none) }
    }

    @Test func `a deleted index takes the attributes that only it used`() {
        let rest = Self.table().removing(index: "by-g")
        #expect(rest.indexes.isEmpty)
        #expect(rest.attributeDefinitions.map(\.name) == ["pk", "sk"])
    }

    // MARK: Streams and replicas

    @Test func `a stream is enabled and disabled once`() throws {
        let on = #""StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_IMAGE"}"#
        let off = #""StreamSpecification":{"StreamEnabled":false}"#
        #expect(try Self.update(on).stream == .enable(.newImage))
        var state = TableUpdate.State(definition: Self.table())
        state.definition.streamSpecification = StreamSpecification(enabled: true, viewType: .newImage)
        #expect(try Self.update(off, state).stream == .disable)
        #expect(Self.message(on, state) == "Table already has an enabled stream: TableName: orders")
        #expect(Self.message(off).hasSuffix("TableName: orders"))
        #expect(Self.message(#""StreamSpecification":{"StreamEnabled":true}"#).hasPrefix(Self.invalid))
    }

    @Test func `there are no replicas`() {
        #expect(
            Self.message(#""ReplicaUpdates":[{"Create":{"RegionName":"eu-central-1"}}]"#)
                == "Cannot add, delete, or update the local region through ReplicaUpdates. "
                + "Use CreateTable, DeleteTable, or UpdateTable as required.")
        #expect(Self.message(#""ReplicaUpdates":[{"Create":{"RegionName":"us-east-1"}}]"#).hasPrefix(Self.invalid))
        #expect(Self.message(#""MultiRegionConsistency":"STRONG""#).hasPrefix(Self.invalid))
    }

    // MARK: Details as they are stored

    @Test func `details survive their JSON`() throws {
        var details = TableDetails()
        details.onDemand = OnDemandThroughput(maxReadRequestUnits: 5)
        details.warm = WarmThroughput(readUnitsPerSecond: 1, writeUnitsPerSecond: 2)
        details.history.lastIncrease = 1.5
        details.history.decreases = [2.25, 3]
        var index = TableDetails.Index()
        index.warm = .onDemand
        index.history.decreases = [9]
        details.indexes = ["by-g": index]
        details.switchesToPayPerRequest = [4]
        details.classChanges = [5]
        details.recoveryPeriodInDays = 7
        details.restore = TableDetails.Restore(backupARN: "b", tableARN: "t", date: 6)
        // A limit that is not set is written as -1.
        details.onDemand?.maxWriteRequestUnits = -1
        #expect(try TableDetails(json: JSONValue(parsing: details.json)) == details)
        #expect(try TableDetails(json: JSONValue(parsing: TableDetails().json)).isEmpty)
    }
}
