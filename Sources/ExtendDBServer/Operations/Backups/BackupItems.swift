import ExtendDBLayout
import Postgres

/// Moves items between a table and the rows of a backup: inside PostgreSQL where both lie in one database, and through
/// this server, some hundred at a time, where they lie in two.
enum BackupItems {
    private static let batch = 500

    static func copy(
        _ record: TableRecord, as arn: String, from data: PostgresConnection, to catalog: PostgresConnection
    ) async throws -> (count: Int, bytes: Int) {
        let copy = TableCopy(record.physical)
        if data === catalog {
            let copied = try await catalog.query(copy.backUp(as: arn))
            guard let row = copied.first else { return (0, 0) }
            return (try row[0].int, try row[1].int)
        }
        var count = 0
        var bytes = 0
        try await each(copy.rows, on: data) { rows in
            var keys: [String] = []
            var sorts: [String?] = []
            var items: [[UInt8]] = []
            for row in rows {
                keys.append(try row[0].string)
                sorts.append(try row[1].orNil?.string)
                items.append(try row[2].bytes)
            }
            count += items.count
            bytes += items.reduce(0) { $0 + $1.count }
            _ = try await catalog.query(
                PostgresQuery(
                    """
                    INSERT INTO backup_items (backup_arn, pk, sk, item_data)
                    SELECT $1, * FROM unnest($2::text[], $3::text[], $4::jsonb[])
                    """, [.text(arn), .textArray(keys), .textArray(sorts), .utf8Array(items)]))
        }
        return (count, bytes)
    }

    /// Into the bare relation of a table that is being made.
    static func restore(
        _ record: TableRecord, from arn: String, in catalog: PostgresConnection, to data: PostgresConnection
    ) async throws {
        let copy = TableCopy(record.physical)
        if data === catalog {
            _ = try await data.query(copy.restore(from: arn))
            return
        }
        // The statement that restores reads `backup_items`; here it reads a temporary table of that name.
        try await data.execute(
            script: "CREATE TEMPORARY TABLE backup_items (backup_arn TEXT, item_data JSONB) ON COMMIT DROP")
        let rows = PostgresQuery(
            "SELECT item_data::text FROM backup_items WHERE backup_arn = $1", [.text(arn)], prepared: false)
        try await each(rows, on: catalog) { rows in
            _ = try await data.query(
                PostgresQuery(
                    "INSERT INTO pg_temp.backup_items SELECT $1, * FROM unnest($2::jsonb[])",
                    [.text(arn), .utf8Array(try rows.map { try $0[0].bytes })], prepared: false))
        }
        _ = try await data.query(copy.restore(from: arn))
    }

    /// Reads a result of any size through a cursor; the connection is in a transaction.
    private static func each(
        _ query: PostgresQuery, on connection: PostgresConnection, _ body: (PostgresResult) async throws -> Void
    ) async throws {
        var declaration = query
        declaration.sql = "DECLARE items NO SCROLL CURSOR FOR " + query.sql
        _ = try await connection.query(declaration)
        while true {
            let rows = try await connection.query(PostgresQuery("FETCH \(batch) FROM items", prepared: false))
            if rows.isEmpty { break }
            try await body(rows)
        }
        try await connection.execute(script: "CLOSE items")
    }
}
