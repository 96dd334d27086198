import Dispatch
import Synchronization

/// An HTTP client over libcurl.
///
/// A transfer occupies a Dispatch thread while it runs; connections are kept alive and used again. Cancelling the
/// calling task ends the transfer at once. Redirects are not followed, and proxies of the environment are not asked for
/// Unix sockets and loopback addresses.
package final class HTTPClient: Sendable {
    private struct Idle: Sendable {
        var transfers: [CurlTransfer] = []
    }

    /// Handles that wait for their next request, each with its open connections.
    private let idle = Mutex(Idle())
    private let maximumIdle: Int

    /// - Parameter maximumIdle: how many handles keep their connections after a request.
    package init(maximumIdle: Int = 16) {
        self.maximumIdle = maximumIdle
    }

    /// Sends a request and collects its answer.
    package func send(_ request: HTTPRequest) async throws(HTTPClientError) -> HTTPResponse {
        let sink = BodySink(limit: request.maximumResponseBytes)
        let head = try await perform(request) { sink.append($0) }
        return HTTPResponse(status: head.status, headers: head.headers, body: sink.bytes)
    }

    /// Sends a request and hands over the body as it comes. The answer that is returned has an empty body.
    ///
    /// - Parameter onChunk: called on the transfer's thread, piece after piece; `false` ends the transfer with
    ///   `.cancelled`.
    package func stream(
        _ request: HTTPRequest, onChunk: @escaping @Sendable ([UInt8]) -> Bool
    ) async throws(HTTPClientError) -> HTTPResponse {
        try await perform(request) { onChunk(Array($0)) ? .taken : .unwanted }
    }

    private func perform(
        _ request: HTTPRequest, onBytes: @escaping @Sendable (UnsafeRawBufferPointer) -> CurlTransfer.Reception
    ) async throws(HTTPClientError) -> HTTPResponse {
        let waiting = idle.withLock { $0.transfers.popLast() }
        let transfer = if let waiting { waiting } else { try CurlTransfer.make() }
        let cancellation = CurlTransfer.Cancellation()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<CurlTransfer.Outcome, Never>) in
                // A serial queue of its own: those get a thread at once. Concurrent queues share the threads that
                // run Swift's tasks, and a few transfers that wait there would hold up every task of the process.
                DispatchQueue(label: "envctl.http-client.transfer").async {
                    continuation.resume(returning: transfer.run(request, cancellation, onBytes: onBytes))
                }
            }
        } onCancel: {
            transfer.cancel(cancellation)
        }
        idle.withLock { idle in
            if idle.transfers.count < maximumIdle { idle.transfers.append(transfer) }
        }
        return try result.get()
    }
}

/// Collects a body up to a limit. Only the transfer's thread appends, and its end happens before the reading.
private final class BodySink: Sendable {
    private let state = Mutex<[UInt8]>([])
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    func append(_ bytes: UnsafeRawBufferPointer) -> CurlTransfer.Reception {
        state.withLock { body in
            guard body.count + bytes.count <= limit else { return .tooLarge }
            body.append(contentsOf: bytes)
            return .taken
        }
    }

    var bytes: [UInt8] {
        state.withLock { $0 }
    }
}
