import CPlatform
import CPostgres

// What needs the connection for itself: scripts and COPY, which libpq refuses in pipeline mode, and barriers. Everything
// here runs on the loop's thread.
extension PostgresConnection {
    /// Begins a request that is not a batch, when nothing is in flight. False: the connection is unusable.
    func startAlone(_ request: Request, on native: NativeConnection) -> Bool {
        let sql: String
        switch request.work {
        case .script(let text), .beginCopy(let text): sql = text
        case .batch, .endCopy, .barrier:
            updateStatus()
            request.resume(.success([]))
            return true
        }
        current = request
        guard PQexitPipelineMode(native.pointer) == 1 else { return false }
        mode = .simple(request)
        status.value = .busy
        return PQsendQuery(native.pointer, sql) == 1
    }

    func readSimpleAnswers(_ connection: OpaquePointer, _ request: Request) {
        while case .simple = mode, PQisBusy(connection) == 0 {
            guard let pointer = PQgetResult(connection) else { return finishSimple(connection, request) }
            let result = ResultStorage(pointer)
            switch PQresultStatus(pointer) {
            case PGRES_COPY_IN:
                guard case .beginCopy = request.work, !request.isCancelled else {
                    request.note(request.isCancelled ? .cancelled : Self.copyInScript)
                    guard PQputCopyEnd(connection, "COPY is not possible here") >= 0 else { return lose() }
                    continue
                }
                mode = .copying
                current = nil
                copy = CopyState()
                request.resume(.success([]))
            case PGRES_COPY_OUT, PGRES_COPY_BOTH:
                return end(PostgresError(.misuse, "COPY … TO STDOUT is not supported"))
            case PGRES_FATAL_ERROR:
                let error = PostgresError(result: pointer)
                if case .connectionLost = error.code { fatal = error }
                request.note(error)
            default:
                request.results.append(PostgresResult(storage: result))
            }
        }
    }

    private func finishSimple(_ connection: OpaquePointer, _ request: Request) {
        guard PQstatus(connection) != CONNECTION_BAD, PQenterPipelineMode(connection) == 1 else { return lose() }
        mode = .pipeline
        current = nil
        if case .beginCopy = request.work { request.note(Self.notCopy) }
        updateStatus()
        request.finish()
    }

    // MARK: COPY

    /// Rows that wait to be sent, and the caller that waits with them.
    struct CopyState {
        var writer: CheckedContinuation<Result<Void, PostgresError>, Never>?
        /// The server has refused the copy: it throws away what it is sent, up to the end.
        var hasFailed = false

        mutating func resumeWriter(_ result: Result<Void, PostgresError>) {
            writer?.resume(returning: result)
            writer = nil
        }
    }

    static let copyInScript = PostgresError(.misuse, "COPY in a script: use copyIn")
    static let notCopy = PostgresError(.misuse, "copyIn needs a COPY … FROM STDIN statement")
    static let copyRefused = PostgresError(.misuse, "the server has refused the copy")

    func copyWrite(_ bytes: [UInt8], _ continuation: CheckedContinuation<Result<Void, PostgresError>, Never>) {
        if case .closed(let error) = mode { return continuation.resume(returning: .failure(error)) }
        guard case .copying = mode, let native, copy.writer == nil else {
            let error = PostgresError(.misuse, "a copy writer is used after its copy, or by two tasks at once")
            return continuation.resume(returning: .failure(error))
        }
        guard !copy.hasFailed else { return continuation.resume(returning: .failure(Self.copyRefused)) }
        let accepted = bytes.withUnsafeBytes { buffer in
            PQputCopyData(
                native.pointer, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), CInt(buffer.count))
        }
        guard accepted == 1 else {
            // 0 would mean that libpq's buffer cannot grow; it grows as long as there is memory.
            lose()
            return continuation.resume(returning: .failure(fatal ?? PostgresError(.connectionLost, "COPY broke off")))
        }
        copy.writer = continuation
        flush()
    }

    func endCopy(_ request: Request, _ continuation: CheckedContinuation<Outcome, Never>) {
        request.continuation = continuation
        if case .closed(let error) = mode { return request.resume(.failure(error)) }
        guard case .copying = mode, let native, case .endCopy(let reason) = request.work else {
            return request.resume(.failure(PostgresError(.misuse, "no copy is under way")))
        }
        copy.resumeWriter(.failure(.cancelled))
        copy.hasFailed = false
        current = request
        mode = .simple(request)
        guard PQputCopyEnd(native.pointer, reason) == 1 else { return lose() }
        flush()
    }

    /// The server speaks before the end of the rows: it has refused them, or it has a notice.
    ///
    /// libpq does not parse an error before the end of the copy, so that all rows would be sent in vain. The first byte
    /// of a message is its kind; with TLS it cannot be seen, and the error comes at the end.
    func receiveWhileCopying() {
        guard let native else { return }
        if PQsslInUse(native.pointer) == 0 {
            let byte = cs_socket_peek(native.descriptor)
            if byte == CInt(UInt8(ascii: "E")) {
                copy.hasFailed = true
                copy.resumeWriter(.failure(Self.copyRefused))
                return flush()
            }
        }
        guard PQconsumeInput(native.pointer) == 1 else { return lose() }
    }
}
