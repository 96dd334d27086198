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
            let catalog = try await PostgresErrors.wire {
                try await retryingTransient(isRead: true) {
                    let layout = try await LayoutProbe.read(
                        on: databases.catalog, data: databases.areOne ? nil : databases.data)
                    let data = databases.areOne ? nil : databases.data.configuration.database
                    try await DataDatabase.check(named: data, on: databases.catalog)
                    try await settle(layout)
                    return Catalog(layout: layout, hasOwnState: try await OwnState.ensure(on: databases.catalog))
                }
            }
            return .init(value: catalog, lifetime: nil)
        }
    }

    /// Ends what an earlier server left undone, before anything is read or written.
    ///
    /// Index changes that wait in `gsi_pending` must not be applied after our writes, since they carry older images. Two
    /// databases may have rows and relations that lack each other; in one, both change together.
    private func settle(_ layout: LayoutProbe) async throws {
        if !databases.areOne,
            try await !Settlement.plan(.start, catalog: databases.catalog, data: databases.data).isEmpty
        {
            try await databases.transaction(.catalogFirst) { catalog, data in
                // Whoever makes a table holds its row until the relation is committed.
                try await catalog.execute(script: "LOCK TABLE tables IN SHARE ROW EXCLUSIVE MODE")
                try await Settlement.plan(.start, catalog: catalog, data: data)
                    .carryOut(catalog: catalog, data: data)
            }
        }
        guard layout.hasPendingIndexChanges else { return }
        let waiting = try await databases.data.query("SELECT EXISTS (SELECT FROM gsi_pending)")
        guard let row = waiting.first, try row[0].bool else { return }
        try await databases.data.transaction { data in
            try await PendingIndexChanges(catalog: Catalog(layout: layout)).drain(
                catalog: databases.catalog, data: data)
        }
    }
}
