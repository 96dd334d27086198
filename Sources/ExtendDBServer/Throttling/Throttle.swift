import DynamoModel
import ExtendDBLayout
import Synchronization

/// Holds tables and global indexes to their units: those that are provisioned, and on demand the maxima that were asked
/// for ("Maximum throughput for on-demand tables"). A table on demand without a maximum has none here.
///
/// A write is held up by each global index of its table, since what an index is behind holds up the table ("If your write
/// requests exceed the provisioned throughput of a global secondary index, the base table is throttled").
package final class Throttle: Sendable {
    enum Direction: String, Hashable, Sendable {
        case read = "Read"
        case write = "Write"
    }

    private struct Key: Hashable {
        let tableID: String
        /// Empty for the table itself.
        let index: String
        let direction: Direction
    }

    /// What something is held to.
    private struct Limit {
        let key: Key
        let rate: Double
        let error: WireError
    }

    /// Far more than an environment has; a server that meets more starts over.
    private static let capacity = 4_096

    private let buckets = Mutex<[Key: TokenBucket]>([:])

    package init() {}

    /// - Parameter index: of a read: what is read.
    /// - Throws: the service's error if the table, or an index that the work is for, has no units left.
    func admit(_ table: ItemTable, _ direction: Direction, _ index: IndexView? = nil) throws(WireError) {
        _ = try admitted([.zero], table, direction, index)
    }

    /// How many of several requests may be done, in their order.
    ///
    /// - Parameter costs: the least that each will take of the table.
    /// - Throws: the service's error if not even the first one may be.
    func admitted(
        _ costs: [CapacityUnits], _ table: ItemTable, _ direction: Direction, _ index: IndexView? = nil
    ) throws(WireError) -> Int {
        let limits = Self.limits(table, direction, index)
        guard let first = limits.first else { return costs.count }
        let left = buckets.withLock { buckets in
            limits.map { limit in
                var bucket = Self.bucket(limit, &buckets, at: table.now)
                return bucket.available(at: table.now)
            }
        }
        if let exceeded = zip(limits, left).first(where: { $1 <= 0 }) { throw exceeded.0.error }
        guard first.key.index.isEmpty else { return costs.count }
        var rest = left[0]
        return costs.firstIndex { cost in
            defer { rest -= cost.units }
            return rest <= 0
        } ?? costs.count
    }

    /// Takes what the work has cost. Local indexes use the table's units.
    func charge(_ consumed: ConsumedCapacity, _ table: ItemTable, _ direction: Direction) {
        var own = consumed.table.units
        var taken: [(IndexView, Double)] = []
        for used in consumed.indexes {
            if used.kind == .global, let index = table.indexes.first(where: { $0.name == used.name }) {
                taken.append((index, used.units.units))
            } else {
                own += used.units.units
            }
        }
        buckets.withLock { buckets in
            for (index, units) in [(nil, own)] + taken.map({ (IndexView?.some($0), $1) }) {
                guard units > 0, let limit = Self.limit(table, direction, index) else { continue }
                var bucket = Self.bucket(limit, &buckets, at: table.now)
                bucket.take(units, at: table.now)
                buckets[limit.key] = bucket
            }
        }
    }

    private static func bucket(_ limit: Limit, _ buckets: inout [Key: TokenBucket], at now: Double) -> TokenBucket {
        if buckets.count >= capacity { buckets.removeAll() }
        var bucket = buckets[limit.key] ?? TokenBucket(rate: limit.rate, at: now)
        bucket.change(rate: limit.rate, at: now)
        buckets[limit.key] = bucket
        return bucket
    }

    // MARK: Limits

    /// What work on a table is held to, the table's own limit first.
    private static func limits(_ table: ItemTable, _ direction: Direction, _ index: IndexView?) -> [Limit] {
        if let index, index.definition.kind == .global {
            return limit(table, direction, index).map { [$0] } ?? []
        }
        let own = limit(table, direction, nil).map { [$0] } ?? []
        guard direction == .write else { return own }
        return own
            + table.indexes.filter { $0.definition.kind == .global }.compactMap { limit(table, direction, $0) }
    }

    private static func limit(_ table: ItemTable, _ direction: Direction, _ index: IndexView?) -> Limit? {
        let record = table.record
        let units: Int?
        let isProvisioned = record.definition.billingMode == .provisioned
        if isProvisioned {
            let throughput = index.map(\.definition.provisionedThroughput) ?? record.definition.provisionedThroughput
            units = direction == .read ? throughput?.readCapacityUnits : throughput?.writeCapacityUnits
        } else {
            let maximum = index.map { record.details.indexes[$0.name]?.onDemand } ?? record.details.onDemand
            units = direction == .read ? maximum?.maxReadRequestUnits : maximum?.maxWriteRequestUnits
        }
        // A maximum of -1 is none.
        guard let units, units > 0 else { return nil }
        let key = Key(tableID: record.tableID, index: index?.name ?? "", direction: direction)
        let kind = isProvisioned ? "ProvisionedThroughputExceeded" : "MaxOnDemandThroughputExceeded"
        let reason = WireError.ThrottlingReason(
            reason: (index == nil ? "Table" : "Index") + direction.rawValue + kind,
            resource: index.map { record.indexARN($0.name) } ?? record.arn)
        return Limit(
            key: key, rate: Double(units),
            error: isProvisioned ? .provisionedUnitsExceeded(ofIndex: index != nil, reason) : .onDemandMaximum(reason))
    }
}

extension CapacityUnits {
    var units: Double { Double(halves) / 2 }
}

extension WireError {
    fileprivate static func provisionedUnitsExceeded(ofIndex: Bool, _ reason: ThrottlingReason) -> WireError {
        var error = WireError(
            .provisionedThroughputExceededException,
            ofIndex
                ? "The level of configured provisioned throughput for one or more global secondary indexes of the table "
                    + "was exceeded. Consider increasing your provisioning level for the under-provisioned global "
                    + "secondary indexes with the UpdateTable API"
                : "The level of configured provisioned throughput for the table was exceeded. Consider increasing your "
                    + "provisioning level with the UpdateTable API.")
        error.throttlingReasons = [reason]
        return error
    }

    fileprivate static func onDemandMaximum(_ reason: ThrottlingReason) -> WireError {
        var error = WireError(
            .throttlingException, "Throughput exceeds the maximum OnDemandThroughput configured on table or index")
        error.throttlingReasons = [reason]
        return error
    }
}
