package import Environments
import ExtendDBLayout
package import Postgres

/// Makes a clone safe to serve: re-pointed, re-keyed, quiet, and proven so.
package struct CloneSealer: Sendable {
    private let admin: PostgresAdmin

    /// - Parameter admin: as for `TemplateProvider`; used with the clone's database.
    package init(admin: PostgresConfiguration) {
        self.admin = PostgresAdmin(configuration: admin)
    }

    /// Seals the clone; safe to repeat, each time with a new credential, unless
    /// the request keeps one.
    ///
    /// - Throws: `ControlError` with `failed` when the verification finds a way out of the clone.
    package func seal(_ request: SealRequest) async throws(ControlError) -> SealedEnvironment {
        let credential = try await admin.session(database: request.database, "seal \(request.database)") { clone in
            let credential = try await seal(request, on: clone)
            try await checkPrivileges(request, on: clone)
            return credential
        }
        return SealedEnvironment(
            accountID: credential.accountID, accessKeyID: credential.accessKeyID,
            secretAccessKey: credential.secretAccessKey)
    }

    private func seal(_ request: SealRequest, on clone: PostgresConnection) async throws -> SealedCredential {
        guard let name = request.dataDatabase, name != request.database else {
            return try await seal(request, on: clone, data: nil)
        }
        let access = admin.configuration.with(database: name, user: request.role, password: request.rolePassword)
        return try await admin.session(database: name, "seal \(name)") { connection in
            try await seal(request, on: clone, data: ClonedData(connection: connection, access: access))
        }
    }

    private func seal(
        _ request: SealRequest, on clone: PostgresConnection, data: ClonedData?
    ) async throws -> SealedCredential {
        do {
            return try await Sealing.seal(
                on: clone, data: data, account: request.accountID, ttl: request.expiresItems ? .keep : .freeze,
                keeping: request.keeping.map {
                    MintedKey(accessKeyID: $0.accessKeyID, secretAccessKey: $0.secretAccessKey)
                }, claim: request.claim)
        } catch let error as LayoutError {
            throw ControlError(.failed, subject: request.database, "sealing failed: \(error.message)")
        }
    }

    /// The clone must admit the role, and no other database of the server may, whoever made it. The server itself asks
    /// this question, of the same rights, when somebody connects.
    private func checkPrivileges(_ request: SealRequest, on connection: PostgresConnection) async throws {
        let rows = try await connection.query(
            """
            SELECT datname, datname = ANY ($2) FROM pg_database
            WHERE (datname = ANY ($2)) <>
                (datallowconn AND datconnlimit <> -2 AND has_database_privilege($1::name, oid, 'CONNECT'))
            ORDER BY datname COLLATE "C"
            """, .text(request.role), .textArray(request.databases))
        let wrong = try rows.map { (database: try $0[0].string, isOwn: try $0[1].bool) }
        if let own = wrong.first(where: \.isOwn) {
            throw ControlError(
                .failed, subject: request.role,
                "sealing failed: role \(request.role) may not connect to its own clone \(own.database)")
        }
        guard wrong.isEmpty else {
            throw ControlError(
                .failed, subject: request.role,
                "sealing failed: role \(request.role) may connect to \(wrong.map(\.database).joined(separator: ", "))",
                hint: "REVOKE CONNECT ON DATABASE … FROM PUBLIC there; only envctl's databases belong on this server")
        }
    }
}
