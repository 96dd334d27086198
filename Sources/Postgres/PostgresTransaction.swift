package enum PostgresIsolation: String, Sendable, CaseIterable {
    case readCommitted = "READ COMMITTED"
    case repeatableRead = "REPEATABLE READ"
    case serializable = "SERIALIZABLE"
}

extension PostgresConnection {
    /// Runs `body` in a transaction: committed when it returns, rolled back when it throws or the task is cancelled.
    /// The connection must be the caller's own and must not be in a transaction.
    @discardableResult
    package nonisolated(nonsending) func transaction<T: Sendable>(
        isolation: PostgresIsolation? = nil, _ body: (PostgresConnection) async throws -> T
    ) async throws -> T {
        if status.value == .busy {
            _ = try await perform(.barrier)
            guard status.value != .busy else {
                throw PostgresError(.misuse, "the connection is in use or in a transaction already")
            }
        }
        try await query(PostgresQuery(isolation.map { "BEGIN ISOLATION LEVEL \($0.rawValue)" } ?? "BEGIN"))
        do {
            let value = try await body(self)
            guard !Task.isCancelled else { throw PostgresError.cancelled }
            try await commit()
            return value
        } catch {
            await rollBack()
            throw error
        }
    }

    /// COMMIT is not cancelled: its outcome would be unknown for nothing.
    private nonisolated(nonsending) func commit() async throws(PostgresError) {
        let results = try await perform(.batch([EncodedQuery("COMMIT")]), cancellable: false)
        // The answer to COMMIT after a failed statement is ROLLBACK, without an error.
        guard results.first?.commandTag == "COMMIT" else {
            throw PostgresError(
                .server(sqlState: SQLState.failedTransaction),
                "the transaction was rolled back because one of its statements had failed")
        }
    }

    private nonisolated(nonsending) func rollBack() async {
        guard status.value == .busy else { return }
        do {
            _ = try await perform(.batch([EncodedQuery("ROLLBACK")]), cancellable: false)
        } catch {
            // It can only fail with the connection, which rolls back as well; the caller's own error says more.
            await close()
        }
    }

    /// Brings the connection back to where another user can take it over: waits for what is in flight, rolls an open
    /// transaction back. False: it is closed.
    nonisolated(nonsending) func settle() async -> Bool {
        if status.value == .busy {
            do {
                _ = try await perform(.barrier, cancellable: false)
            } catch {
                return false
            }
            await rollBack()
        }
        guard status.value != .clean else { return true }
        await close()
        return false
    }
}
