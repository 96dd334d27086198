import DynamoModel
import ExtendDBLayout
package import Postgres

/// Looks at the database with the first request instead of at the start: a server that nobody asks holds no
/// connection, and one whose PostgreSQL is still starting needs no order of starts.
package final class LayoutGate: Sendable {
    private struct Unit: Hashable {}

    private let pool: PostgresPool
    private let catalogs = CoalescingCache<Unit, Catalog>(capacity: 1)

    package init(pool: PostgresPool) {
        self.pool = pool
    }

    /// The catalog, once the database has turned out to be one that this server can serve.
    ///
    /// - Throws: `InternalServerError` for any other database; the log says why. It is looked at again with the next
    ///   request.
    func catalog() async throws(WireError) -> Catalog {
        try await catalogs.value(for: Unit()) { () async throws(WireError) in
            let catalog = try await PostgresErrors.wire {
                try await retryingTransient(isRead: true) {
                    let layout = try await LayoutProbe.read(on: pool)
                    if layout.hasPendingIndexChanges {
                        try await refusePendingIndexChanges()
                    }
                    return Catalog(layout: layout, hasOwnState: try await OwnState.ensure(on: pool))
                }
            }
            return .init(value: catalog, lifetime: nil)
        }
    }

    /// Another server's index changes that wait to be applied would overwrite what this one writes, since they carry
    /// older images of the items.
    private func refusePendingIndexChanges() async throws {
        let rows = try await pool.query("SELECT EXISTS (SELECT FROM gsi_pending)")
        guard let row = rows.first, try row[0].bool else { return }
        throw LayoutError(
            .unsupportedFeature,
            "changes of global secondary indexes wait in gsi_pending; let the server that wrote them finish")
    }
}
