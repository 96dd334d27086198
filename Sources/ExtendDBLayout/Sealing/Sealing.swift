package import Postgres

/// Makes a copy of a deployment safe to serve: it names no other database, production's secrets do not work on it and
/// are not in it, and nothing left over from production acts on it or shows in it.
package enum Sealing {
    /// Seals and verifies a copy. It can be repeated; each time makes a new credential unless one is given.
    ///
    /// A deployment that this build does not know is refused before anything is changed. All changes of a database are
    /// one transaction. Of a pair, both are open until both are verified; the catalog is committed first, so that rows
    /// are gone before the relations that they name.
    ///
    /// - Parameters:
    ///   - clone: a connection to the clone's catalog, with the rights of the objects' owner.
    ///   - data: the clone's data database, if the data are not in the catalog's.
    ///   - account: the account for the credential. Tables are found by the caller's account, so it must be the one
    ///     that owns them. `nil`: the account with most tables, of equals the one with the smallest id.
    ///   - keeping: the only key that the clone shall accept; nil: a new one.
    ///   - claim: rises with every worker that takes the environment over. A worker that was held up until another one
    ///     sealed the clone must not re-key it under a running server.
    /// - Throws: `LayoutError` with `.notSealed` naming what failed the verification; then nothing is changed.
    package static func seal(
        on clone: PostgresConnection, data: ClonedData? = nil, account: String? = nil, ttl: TimeToLivePolicy = .keep,
        keeping: MintedKey? = nil, claim: Int64 = 0
    ) async throws -> SealedCredential {
        let layout = try await LayoutProbe.read(on: clone, data: data?.connection)
        try await EncryptionKey.check(on: clone)
        let plan = Plan(layout: layout, data: data, account: account, ttl: ttl, keeping: keeping, claim: claim)
        guard let data else {
            return try await clone.transaction { try await plan.carryOut($0, data: $0) }
        }
        guard data.connection.configuration.database == data.access.database else {
            throw LayoutError(
                .conflict,
                "the catalog would name '\(data.access.database)' as its data database instead of "
                    + "'\(data.connection.configuration.database)', which is sealed")
        }
        _ = try data.url()
        return try await data.connection.transaction { data in
            try await clone.transaction { try await plan.carryOut($0, data: data) }
        }
    }

    /// Proves that a clone is sealed for a credential.
    ///
    /// - Throws: `LayoutError` with `.notSealed` naming everything that is wrong.
    package static func verify(
        _ credential: SealedCredential, on clone: some SQLRunner, data: ClonedData? = nil
    ) async throws {
        let named = try data.map { (url: try $0.url(), name: $0.access.database) }
        var failures = try await SealingVerification.settings(clone, data: named)
        failures += try await SealingVerification.secrets(clone)
        let databases: [any SQLRunner] = if let data { [clone, data.connection] } else { [clone] }
        for database in databases {
            failures += try await SealingVerification.history(database)
            failures += try await SealingVerification.foreignServers(database)
            failures += try await SealingVerification.pendingChanges(database)
            if data != nil { failures += try await SealingVerification.statistics(database) }
        }
        do {
            let key = try await AccessKeyStore().find(credential.accessKeyID, on: clone)
            if key?.secretAccessKey != credential.secretAccessKey || key?.accountID != credential.accountID {
                failures.append("the access key \(credential.accessKeyID) is not the one that was made")
            }
        } catch let error as LayoutError {
            failures.append(error.message)
        }
        guard failures.isEmpty else {
            throw LayoutError(.notSealed, "the clone is not sealed: " + failures.joined(separator: "; "))
        }
    }
}

extension Sealing {
    /// What `seal` was asked, and the steps that do it.
    private struct Plan {
        let layout: LayoutProbe
        let data: ClonedData?
        let account: String?
        let ttl: TimeToLivePolicy
        let keeping: MintedKey?
        let claim: Int64

        /// - Parameters: the connections whose transactions the caller holds; the same one for one database.
        func carryOut(_ catalog: PostgresConnection, data: PostgresConnection) async throws -> SealedCredential {
            try await fence(catalog)
            try await OwnState.make(on: catalog)
            try await SealingPurge.history(on: catalog)
            try await SealingPurge.passwords(on: catalog)
            let key = try EncryptionKey.random()
            try await repoint(catalog, key)
            if self.data != nil { try await SealingPurge.deadSettings(on: catalog) }
            let account = try await owner(catalog)
            let minted = try await AccessKeyStore().mint(account: account, under: key, keeping: keeping, on: catalog)
            if self.data != nil { try await SealingPurge.history(on: data) }
            try await quieten(catalog, data)
            if self.data != nil {
                try await SealingPurge.statistics(on: catalog)
                try await SealingPurge.statistics(on: data)
            }
            let credential = SealedCredential(
                accountID: account, accessKeyID: minted.accessKeyID, secretAccessKey: minted.secretAccessKey)
            try await Sealing.verify(credential, on: catalog, data: self.data)
            return credential
        }

        private func fence(_ clone: PostgresConnection) async throws {
            let mine = try await clone.query(
                """
                INSERT INTO settings (key, value) VALUES ($1, $2)
                ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value
                WHERE settings.value::bigint <= EXCLUDED.value::bigint RETURNING 1
                """, .text(SettingsKey.sealedUnder.rawValue), .text("\(claim)"))
            guard !mine.isEmpty else {
                throw LayoutError(.notSealed, "a later claim than \(claim) has sealed the clone")
            }
        }

        private func repoint(_ clone: PostgresConnection, _ key: EncryptionKey) async throws {
            var settings: [(SettingsKey, String)] = [
                (.encryptionKey, key.base64), (.dataDatabaseURL, try data?.url() ?? ""),
                (.dataDatabaseName, (data?.access ?? clone.configuration).database), (.controlPlaneDelay, "0"),
            ]
            if data != nil {
                // ExtendDB would apply index changes later, throttle, and take in foreign credentials.
                settings += [
                    (.indexPropagationDelay, "0"), (.anyIndexPropagationDelay, "0"), (.throttling, "false"),
                    (.credentialImport, "false"),
                ]
            }
            try await Settings.set(settings, on: clone)
            guard data != nil else { return }
            // It would log as in production, too.
            _ = try await clone.query("DELETE FROM settings WHERE key IN ('log_level', 'sqlx_log_level')")
        }

        private func owner(_ clone: PostgresConnection) async throws -> String {
            let rows = try await clone.query(
                PostgresQuery(
                    """
                    SELECT a.account_id FROM accounts a LEFT JOIN tables t USING (account_id)
                    WHERE $1::text IS NULL OR a.account_id = $1
                    GROUP BY a.account_id ORDER BY count(t.table_id) DESC, a.account_id COLLATE "C" LIMIT 1
                    """,
                    [.optional(account)]))
            guard let row = rows.first else {
                throw LayoutError(
                    .conflict, account.map { "the catalog has no account \($0)" } ?? "the catalog has no account")
            }
            return try row[0].string
        }

        private func quieten(_ clone: PostgresConnection, _ connection: PostgresConnection) async throws {
            let catalog = Catalog(layout: layout)
            if data == nil {
                _ = try await catalog.settle(on: clone)
            } else {
                let settlement = try await Settlement.plan(.clone, catalog: clone, data: connection)
                try await settlement.carryOut(catalog: clone, data: connection)
                try await Settlement.dropExpiryIndexes(catalog: clone, data: connection)
            }
            if layout.hasPendingIndexChanges {
                try await PendingIndexChanges(catalog: catalog).drain(catalog: clone, data: connection)
                try await connection.execute(script: "TRUNCATE gsi_pending")
            }
            guard ttl == .freeze else { return }
            _ = try await clone.query(
                """
                UPDATE tables SET ttl_attribute = NULL, ttl_index_ready = false
                WHERE ttl_attribute IS NOT NULL OR ttl_index_ready
                """)
        }
    }
}
