import CPostgres

package struct PostgresNotification: Sendable, Hashable {
    package let channel: String
    package let payload: String
    /// The server process that sent it.
    package let processID: Int
}

extension PostgresConnection {
    /// Every notification that arrives from now on; LISTEN is the caller's. The stream ends with the connection. A
    /// reader that falls 4,096 behind loses the oldest ones: a notification says "look again", it is no data.
    package nonisolated func notifications() -> AsyncStream<PostgresNotification> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: PostgresNotification.self, bufferingPolicy: .bufferingNewest(4096))
        loop.execute { self.assumeIsolated { $0.add(continuation) } }
        return stream
    }

    /// LISTEN on `channel`, and the notifications of that channel and of others listened to before.
    package nonisolated(nonsending) func listen(
        to channel: String
    ) async throws(PostgresError) -> AsyncStream<PostgresNotification> {
        let stream = notifications()
        try await query("LISTEN \(PostgresIdentifier.quote(channel))")
        return stream
    }

    private func add(_ listener: AsyncStream<PostgresNotification>.Continuation) {
        if case .closed = mode { return listener.finish() }
        let id = nextListener
        nextListener += 1
        listeners[id] = listener
        listener.onTermination = { [weak self, loop] _ in
            loop.execute { [weak self] in self?.assumeIsolated { $0.listeners[id] = nil } }
        }
    }

    func deliverNotifications(_ connection: OpaquePointer) {
        while let pointer = PQnotifies(connection) {
            defer { PQfreemem(pointer) }
            guard !listeners.isEmpty, let channel = pointer.pointee.relname, let payload = pointer.pointee.extra else {
                continue
            }
            let notification = PostgresNotification(
                channel: String(cString: channel), payload: String(cString: payload),
                processID: Int(pointer.pointee.be_pid))
            for listener in listeners.values { listener.yield(notification) }
        }
    }
}
