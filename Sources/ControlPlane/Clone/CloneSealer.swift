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
        // What the role can connect to needs nothing of what sealing writes.
        async let attempts: Void = tryConnections(request)
        let credential = try await admin.session(database: request.database, "seal \(request.database)") { clone in
            let credential = try await seal(request, on: clone)
            try await checkPrivileges(request, on: clone)
            return credential
        }
        do {
            try await attempts
        } catch {
            throw PostgresAdmin.controlError(error, "verify the role of \(request.database)")
        }
        return SealedEnvironment(
            accountID: credential.accountID, accessKeyID: credential.accessKeyID,
            secretAccessKey: credential.secretAccessKey)
    }

    private func seal(_ request: SealRequest, on clone: PostgresConnection) async throws -> SealedCredential {
        guard let name = request.dataDatabase else { return try await seal(request, on: clone, data: nil) }
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

    /// No other database of the server may admit the role, whoever made it.
    private func checkPrivileges(_ request: SealRequest, on connection: PostgresConnection) async throws {
        let rows = try await connection.query(
            """
            SELECT datname FROM pg_database
            WHERE datallowconn AND datconnlimit <> -2 AND NOT datname = ANY ($2) AND has_database_privilege($1::name, oid, 'CONNECT')
            """, .text(request.role), .textArray(request.databases))
        let reachable = try rows.map { try $0[0].string }
        guard reachable.isEmpty else {
            throw ControlError(
                .failed, subject: request.role,
                "sealing failed: role \(request.role) may connect to \(reachable.sorted().joined(separator: ", "))",
                hint: "REVOKE CONNECT ON DATABASE … FROM PUBLIC there; only envctl's databases belong on this server")
        }
    }

    /// Proves by trying that the role reaches the clone and none of the forbidden databases.
    private func tryConnections(_ request: SealRequest) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for database in request.databases {
                group.addTask { try await self.attempt(request, database: database, expectsRefusal: false) }
            }
            for database in Set(request.forbidden).subtracting(request.databases) {
                group.addTask { try await self.attempt(request, database: database, expectsRefusal: true) }
            }
            try await group.waitForAll()
        }
    }

    private func attempt(_ request: SealRequest, database: String, expectsRefusal: Bool) async throws {
        let configuration = admin.configuration.with(
            database: database, user: request.role, password: request.rolePassword)
        do {
            let connection = try await PostgresConnection.connect(configuration)
            await connection.close()
        } catch {
            let refused = Self.isRefusal(error)
            if expectsRefusal, refused { return }
            throw ControlError(
                refused ? .failed : .unavailable, subject: request.role,
                expectsRefusal
                    ? "sealing cannot be verified: trying \(database) failed for another reason: \(error.description)"
                    : "role \(request.role) cannot connect to its own clone \(database): \(error.description)")
        }
        if expectsRefusal {
            throw ControlError(
                .failed, subject: request.role, "sealing failed: role \(request.role) can connect to \(database)")
        }
    }

    /// Whether the server refused for want of the CONNECT privilege, and for no other reason.
    static func isRefusal(_ error: PostgresError) -> Bool {
        if let state = error.sqlState { return state == SQLState.insufficientPrivilege }
        return error.message.contains("permission denied for database")
    }
}
