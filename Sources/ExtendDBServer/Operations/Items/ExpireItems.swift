import DynamoModel
import ExtendDBLayout
import Postgres

extension ItemOperations {
    /// Items that expire in one transaction.
    private static let expiryBatch = 50

    /// Deletes some items whose time has come, as DeleteItem does, with their index rows and stream records.
    ///
    /// - Parameter now: unix seconds; what expires up to then goes.
    /// - Returns: whether there may be more.
    func expire(_ record: TableRecord, _ statements: ExpiryStatements, at now: Double) async throws(WireError) -> Bool {
        var table = table(record)
        table.now = now
        let lock = statements.due(at: Int64(now), limit: Self.expiryBatch)
        return try await database.transaction(locking: lock) { [table] rows in
            do throws(WireError) {
                var writes: [ItemWrite] = []
                for row in rows {
                    let item = try row[0].item
                    let key = try table.physical.key(of: item)
                    writes.append(ItemWrite(table, key, from: item, to: nil, origin: .timeToLive))
                }
                guard !writes.isEmpty else { return .commit([], false) }
                let removal = table.physical.statements.delete(writes.map(\.key))
                return .commit(
                    [removal] + (try ItemWrite.consequences(table, writes)), writes.count == Self.expiryBatch)
            } catch {
                return .refuse(error)
            }
        }
    }
}
