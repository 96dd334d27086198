import Synchronization

/// An HTTP client over libcurl.
///
/// All transfers of a client share one thread and its connections, which are kept alive and used again. Cancelling the
/// calling task ends its transfer at once. Redirects are not followed, and proxies of the environment are not asked for
/// Unix sockets, loopback addresses and what `no_proxy` names.
package final class HTTPClient: Sendable {
    private let loop = CurlLoop()

    package init() {}

    deinit {
        loop.stop()
    }

    /// Sends a request and collects its answer.
    package func send(_ request: HTTPRequest) async throws(HTTPClientError) -> HTTPResponse {
        let sink = BodySink(limit: request.maximumResponseBytes)
        let head = try await perform(request, onHead: { _ in .taken }, onBytes: { sink.append($0) })
        return HTTPResponse(status: head.status, headers: head.headers, body: sink.bytes)
    }

    /// Sends a request and hands over the body as it comes. The answer that is returned has an empty body.
    ///
    /// Both closures are called on the client's thread, which other transfers of this client wait for; `false` ends the
    /// transfer with `.cancelled`.
    ///
    /// - Parameters:
    ///   - onHead: called once with the status and the headers, before the first piece.
    ///   - onChunk: called with piece after piece.
    package func stream(
        _ request: HTTPRequest, onHead: @escaping @Sendable (HTTPResponse) -> Bool = { _ in true },
        onChunk: @escaping @Sendable ([UInt8]) -> Bool
    ) async throws(HTTPClientError) -> HTTPResponse {
        try await perform(
            request, onHead: { onHead($0) ? .taken : .unwanted }, onBytes: { onChunk(Array($0)) ? .taken : .unwanted })
    }

    private func perform(
        _ request: HTTPRequest, onHead: @escaping @Sendable (HTTPResponse) -> Reception,
        onBytes: @escaping @Sendable (UnsafeRawBufferPointer) -> Reception
    ) async throws(HTTPClientError) -> HTTPResponse {
        let transfer = try CurlTransfer(request, onHead: onHead, onBytes: onBytes)
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { loop.submit(transfer, $0) }
        } onCancel: {
            loop.cancel(transfer)
        }
        return try outcome.get()
    }
}

/// What became of a piece of a body.
enum Reception: Sendable {
    case taken
    case tooLarge
    case unwanted
}

/// Collects a body up to a limit. Only the client's thread appends, and its end happens before the reading.
private final class BodySink: Sendable {
    private let state = Mutex<[UInt8]>([])
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    func append(_ bytes: UnsafeRawBufferPointer) -> Reception {
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
