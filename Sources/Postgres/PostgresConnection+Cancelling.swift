import CPostgres

// Cancellation. Everything here runs on the loop's thread.
extension PostgresConnection {
    func cancel(_ request: Request) {
        request.isCancelled = true
        // Not submitted yet, or answered already.
        guard request.continuation != nil else { return }
        if queue.contains(where: { $0 === request }) {
            queue.removeAll { $0 === request }
            updateStatus()
            return request.resume(.failure(.cancelled))
        }
        guard isAlone(request) else { return request.resume(.failure(.cancelled)) }
        sendCancel(for: request)
    }

    /// Whether a cancel request can hit this request only.
    private func isAlone(_ request: Request) -> Bool {
        if let current { return current === request }
        return !owed.contains { step in
            switch step {
            case .prepare(let other, _, _), .execute(let other), .sync(let other?): other !== request
            case .deallocate, .sync(nil): false
            }
        }
    }

    private func sendCancel(for request: Request) {
        guard !isCancelling, let native, let token = PQgetCancel(native.pointer) else {
            return request.resume(.failure(.cancelled))
        }
        isCancelling = true
        status.value = .busy
        let ticket = CancelTicket(token)
        // PQcancel opens a connection of its own and blocks. The server closes that one after it has signalled the
        // session, so that a later statement is not hit when we wait for its end.
        runBlocking("postgres-cancel") { [loop] in
            let delivered = ticket.send()
            loop.execute { self.assumeIsolated { $0.cancelSent(delivered, request) } }
        }
    }

    private func cancelSent(_ delivered: Bool, _ request: Request) {
        isCancelling = false
        // Without a way to the server the caller at least does not wait; the answer is dropped when it comes.
        if !delivered { request.resume(.failure(.cancelled)) }
        updateStatus()
        pump()
    }
}

/// Owns a `PGcancel`.
///
/// Unchecked: libpq documents that a PGcancel may be used on another thread than its connection; this one is used on
/// one thread only.
private final class CancelTicket: @unchecked Sendable {
    private let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        PQfreeCancel(pointer)
    }

    func send() -> Bool {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { message in
            PQcancel(pointer, message.baseAddress, CInt(message.count)) == 1
        }
    }
}
