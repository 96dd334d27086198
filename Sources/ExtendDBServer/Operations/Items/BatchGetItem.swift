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
        var response = BatchGetResponse(capacity: request.returnConsumedCapacity)
        for lookup in lookups {
            guard let table = lookup.table else { continue }
            // One statement a table. A response that is full needs nothing more of the database.
            let rows =
                response.isFull ? nil : try await database.read(table.physical.statements.select(lookup.keys))
            try response.add(lookup, table, rows)
        }
        return response.json()
    }
}

/// The keys of one table in a BatchGetItem.
struct BatchLookup: Sendable {
    let request: BatchGetItemRequest.KeysAndAttributes
    let projection: ProjectionExpression?
    private(set) var table: ItemTable?
    private(set) var keys: [StoredKey] = []

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
    }
}
