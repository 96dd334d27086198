import DynamoModel
import ExtendDBLayout
import Postgres

/// Looks at the database with the first request instead of at the start: a server that nobody asks holds no
/// connection, and one whose PostgreSQL is still starting needs no order of starts.
package final class LayoutGate: Sendable {
    private struct Unit: Hashable {}

    private let databases: Databases
    private let catalogs = CoalescingCache<Unit, Catalog>(capacity: 1)

    package init(databases: Databases) {
        self.databases = databases
    }

    /// The catalog, once the database has turned out to be one that this server can serve.
    ///
    /// - Throws: `InternalServerError` for any other database; the log says why. It is looked at again with the next
    ///   request.
    func catalog() async throws(WireError) -> Catalog {
        try await catalogs.value(for: Unit()) { () async throws(WireError) in
            let layout = try await PostgresErrors.wire {
                try await retryingTransient(isRead: true) {
                    let layout = try await LayoutProbe.read(on: databases.catalog, data: databases.data)
                    let data = databases.areOne ? nil : databases.data.configuration.database
                    try await DataDatabase.check(named: data, on: databases.catalog)
                    if layout.hasPendingIndexChanges {
                        try await refusePendingIndexChanges()
                    }
                    return layout
                }
            }
            return .init(value: Catalog(layout: layout), lifetime: nil)
        }
    }

    /// Another server's index changes that wait to be applied would overwrite what this one writes, since they carry
    /// older images of the items.
    private func refusePendingIndexChanges() async throws {
        let rows = try await databases.data.query("SELECT EXISTS (SELECT FROM gsi_pending)")
        guard let row = rows.first, try row[0].bool else { return }
        throw LayoutError(
            .unsupportedFeature,
            "changes of global secondary indexes wait in gsi_pending; let the server that wrote them finish")
    }
}
