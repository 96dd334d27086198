import DynamoExpressions
package import DynamoModel
import ExtendDBLayout
import Postgres

extension ItemOperations {
    package func batchGetItem(
        _ request: BatchGetItemRequest, _ context: RequestContext
    ) async throws(WireError) -> [UInt8] {
        var lookups: [BatchLookup] = []
        for keys in request.requestItems {
            let projection = try keys.projection()
            lookups.append(BatchLookup(request: keys, projection: projection))
        }
        for position in lookups.indices {
            let table = try await table(lookups[position].request.tableName, context)
            try lookups[position].resolve(table)
        }
        try admit(&lookups)
        var response = BatchGetResponse(capacity: request.returnConsumedCapacity, measures: throttle != nil)
        for lookup in lookups {
            guard let table = lookup.table else { continue }
            // One statement a table. A response that is full needs nothing more of the database.
            let rows =
                response.isFull || lookup.admitted == 0
                ? nil : try await database.read(table.physical.statements.select(lookup.admittedKeys))
            let consumed = try response.add(lookup, table, rows)
            table.throttle?.charge(consumed, table, .read)
        }
        return response.json()
    }

    /// Leaves keys aside for which there are no units, as `UnprocessedKeys`.
    ///
    /// - Throws: the service's error if that is all of them ("If none of the items can be processed due to insufficient
    ///   provisioned throughput on all of the tables in the request", BatchGetItem).
    private func admit(_ lookups: inout [BatchLookup]) throws(WireError) {
        var refusal: WireError?
        for position in lookups.indices {
            let lookup = lookups[position]
            guard let table = lookup.table, let throttle = table.throttle else { return }
            let least = CapacityUnits.read(bytes: 0, consistent: lookup.request.consistentRead)
            do throws(WireError) {
                lookups[position].admitted = try throttle.admitted(lookup.keys.map { _ in least }, table, .read)
            } catch {
                lookups[position].admitted = 0
                refusal = error
            }
        }
        if let refusal, lookups.allSatisfy({ $0.admitted == 0 }) { throw refusal }
    }
}

/// The keys of one table in a BatchGetItem.
struct BatchLookup: Sendable {
    let request: BatchGetItemRequest.KeysAndAttributes
    let projection: ProjectionExpression?
    private(set) var table: ItemTable?
    private(set) var keys: [StoredKey] = []
    /// How many of the keys, from the first, there are units for.
    var admitted = 0
    var admittedKeys: [StoredKey] { Array(keys.prefix(admitted)) }

    init(request: BatchGetItemRequest.KeysAndAttributes, projection: ProjectionExpression?) {
        self.request = request
        self.projection = projection
    }

    /// Puts the keys on the table, and checks that they are all different.
    mutating func resolve(_ table: ItemTable) throws(WireError) {
        var seen = Set<StoredKey>()
        for key in request.keys {
            let stored = try table.physical.key(exactly: key)
            guard seen.insert(stored).inserted else {
                throw .duplicateKeys
            }
            keys.append(stored)
        }
        self.table = table
        admitted = keys.count
    }
}
