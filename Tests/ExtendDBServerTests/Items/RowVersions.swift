import Postgres

/// The transactions that wrote the rows of a table and its only global index, to see what a write touched.
struct RowVersions: Hashable {
    var base: [String]
    var index: [String]
}

extension WireHarness {
    /// - Parameter table: a table with one global index.
    func rowVersions(_ table: String = "items") async throws -> RowVersions {
        let ids = try await withPostgresPool(database) { pool in
            try await pool.query(
                "SELECT t.table_id, i.index_id FROM tables t JOIN indexes i USING (table_id) "
                    + "WHERE t.table_name = $1 AND i.index_type = 'GSI'", .text(table))
        }
        return try await withPostgresPool(data) { pool in
            func versions(_ id: String) async throws -> [String] {
                let relation = PostgresIdentifier.quote("_ddb_" + id)
                return try await pool.query(PostgresQuery("SELECT xmin::text FROM \(relation) ORDER BY 1")).map {
                    try $0[0].string
                }
            }
            guard let row = ids.first else { return RowVersions(base: [], index: []) }
            return RowVersions(base: try await versions(row[0].string), index: try await versions(row[1].string))
        }
    }
}
