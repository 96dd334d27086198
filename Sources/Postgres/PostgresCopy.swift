/// Takes the rows of a `COPY … FROM STDIN`.
package struct PostgresCopyWriter: Sendable {
    let connection: PostgresConnection

    /// Sends a piece of the input, cut anywhere. Returns when the socket has taken it, so that a slow server slows the
    /// writer down. Pieces of 64 KiB and more cost least.
    package nonisolated(nonsending) func write(_ bytes: [UInt8]) async throws(PostgresError) {
        guard !Task.isCancelled else { throw .cancelled }
        guard !bytes.isEmpty else { return }
        let connection = connection
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                connection.loop.execute { connection.assumeIsolated { $0.copyWrite(bytes, continuation) } }
            }
        } onCancel: {
            connection.loop.execute { connection.assumeIsolated { $0.copy.resumeWriter(.failure(.cancelled)) } }
        }
        try result.get()
    }
}

extension PostgresConnection {
    /// Runs `COPY … FROM STDIN` with the input that `write` produces; returns the number of rows. When `write` throws,
    /// the copy is aborted and leaves no row. When the server refuses the input, its error is thrown, with the line in
    /// `context`.
    @discardableResult
    package nonisolated(nonsending) func copyIn(
        _ sql: String, _ write: (PostgresCopyWriter) async throws -> Void
    ) async throws -> Int {
        _ = try await perform(.beginCopy(sql))
        do {
            try await write(PostgresCopyWriter(connection: self))
            guard !Task.isCancelled else { throw PostgresError.cancelled }
        } catch {
            throw await abortCopy(because: error)
        }
        let results = try await finishCopy(reason: nil)
        return results.first?.affectedRows ?? 0
    }

    private nonisolated(nonsending) func finishCopy(reason: String?) async throws(PostgresError) -> [PostgresResult] {
        let request = Request(.endCopy(reason: reason))
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                loop.execute { self.assumeIsolated { $0.endCopy(request, continuation) } }
            }
        } onCancel: {
            loop.execute { self.assumeIsolated { $0.cancel(request) } }
        }
        return try outcome.get()
    }

    /// The error to throw: the server's own when it had refused the rows, else the writer's.
    private nonisolated(nonsending) func abortCopy(because error: any Error) async -> any Error {
        do throws(PostgresError) {
            _ = try await finishCopy(reason: "the sender gave up")
            return error
        } catch let answer {
            return (error as? PostgresError) == Self.copyRefused ? answer : error
        }
    }
}
