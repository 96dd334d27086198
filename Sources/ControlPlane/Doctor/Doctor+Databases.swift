import Environments
import Postgres

extension Doctor {
    /// Databases that admit everybody, and so the role of a clone too: then no clone can be sealed.
    func openDatabases(_ connection: PostgresConnection) async throws -> DoctorCheck {
        // A database that is being dropped has -2, and admits nobody.
        let rows = try await connection.query(
            """
            SELECT datname FROM pg_database
            WHERE datallowconn AND datconnlimit <> -2 AND has_database_privilege('public', oid, 'CONNECT')
            ORDER BY datname COLLATE "C"
            """)
        return openDatabases(try rows.map { try $0[0].string })
    }

    func openDatabases(_ names: [String]) -> DoctorCheck {
        let check = "databases"
        guard !names.isEmpty else { return DoctorCheck(check, .ok, "none admits PUBLIC") }
        let shown = names.prefix(5)
        let more = names.count > shown.count ? " and \(names.count - shown.count) more" : ""
        return DoctorCheck(
            check, .problem,
            shown.joined(separator: ", ") + more
                + " can be connected to by PUBLIC: roles of clones may too, and so no clone is sealed",
            hint: shown.map { "REVOKE CONNECT ON DATABASE \(PostgresIdentifier.quote($0)) FROM PUBLIC;" }
                .joined(separator: " ") + (more.isEmpty ? "" : " …"))
    }
}
