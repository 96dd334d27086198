package import Postgres

/// The databases of a deployment: the catalog (accounts, keys, tables and what they are, backups, settings) and the
/// data (the relations `_ddb_…` of tables and indexes, stream shards and records, idempotency tokens, `gsi_pending`).
///
/// ExtendDB keeps them in two databases, our snapshots in one; then both pools are the same. A statement joins only
/// what lies in one of the two.
package struct Databases: Sendable {
    package let catalog: PostgresPool
    package let data: PostgresPool

    /// Which of the two transactions of ``transaction(_:_:)`` is committed first. A crash between the commits leaves
    /// the effect of the first alone.
    package enum CommitOrder: Sendable {
        /// For what is made: relations before the rows that name them.
        case dataFirst
        /// For what is removed: rows that name relations before the relations.
        case catalogFirst
    }

    package init(catalog: PostgresPool, data: PostgresPool) {
        self.catalog = catalog
        self.data = data
    }

    /// Both in one database.
    package init(_ one: PostgresPool) {
        self.init(catalog: one, data: one)
    }

    package var areOne: Bool { catalog === data }

    /// Runs a change that touches both. In one database it is one transaction, and `body` gets its connection twice. In
    /// two it is one in each, both rolled back when `body` throws; there is no common commit, so the order decides what
    /// a crash between the two leaves: in either order never a row of the catalog without its relation, at worst a
    /// relation that no row names, which the next start removes (`Settlement`).
    package nonisolated(nonsending) func transaction<T: Sendable>(
        _ order: CommitOrder, _ body: (_ catalog: PostgresConnection, _ data: PostgresConnection) async throws -> T
    ) async throws -> T {
        if areOne {
            return try await catalog.transaction { try await body($0, $0) }
        }
        // Always taken in this order, so that two callers cannot hold what the other one waits for.
        return try await catalog.withConnection { catalog in
            try await data.withConnection { data in
                switch order {
                case .dataFirst:
                    try await catalog.transaction { catalog in
                        try await data.transaction { try await body(catalog, $0) }
                    }
                case .catalogFirst:
                    try await data.transaction { data in
                        try await catalog.transaction { try await body($0, data) }
                    }
                }
            }
        }
    }

    /// Keeps the pools until it is cancelled.
    func run() async {
        guard !areOne else { return await catalog.run() }
        async let catalogEnds: Void = catalog.run()
        async let dataEnds: Void = data.run()
        _ = await (catalogEnds, dataEnds)
    }
}

extension Databases {
    /// Of the connections that a server may hold, those that go to the catalog when it has a database of its own: what
    /// is read there is cached, so most requests ask the data alone.
    private static let catalogShare = 4

    /// - Parameter onIdle: called when one of the pools has closed its last connection for want of use.
    init(_ configuration: ServerConfiguration, onIdle: @escaping @Sendable () -> Void) {
        func pool(_ database: PostgresConfiguration, _ maximum: Int) -> PostgresPool {
            PostgresPool(
                configuration: database,
                limits: .init(maximum: maximum, idleTimeout: configuration.connectionIdle), onIdle: onIdle)
        }
        let maximum = configuration.maximumConnections
        guard let name = configuration.dataDatabase, name != configuration.database.database else {
            self.init(pool(configuration.database, maximum))
            return
        }
        let share = max(1, maximum / Self.catalogShare)
        self.init(
            catalog: pool(configuration.database, share),
            data: pool(configuration.database.with(database: name), max(1, maximum - share)))
    }
}
