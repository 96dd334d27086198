package import NIOCore
package import NIOHTTP1

/// One whole HTTP request: the channel handler collects head and body, so that answering costs one hop between the
/// event loop and the task of the connection, however many packets the request came in.
package struct WireRequest: Sendable {
    package var method: HTTPMethod
    /// The request target as the client wrote it, query included.
    package var uri: String
    package var headers: HTTPHeaders
    /// `nil` when there was no body at all.
    package var body: ByteBuffer?
    /// Whether the client wants to keep the connection.
    package var keepAlive: Bool

    package init(
        method: HTTPMethod, uri: String, headers: HTTPHeaders = [:], body: ByteBuffer? = nil, keepAlive: Bool = true
    ) {
        self.method = method
        self.uri = uri
        self.headers = headers
        self.body = body
        self.keepAlive = keepAlive
    }

    /// The path of the request target.
    package var path: Substring {
        uri.prefix { $0 != "?" }
    }

    /// The query of the request target without the question mark; empty when there is none.
    package var query: Substring {
        uri.firstIndex(of: "?").map { uri[uri.index(after: $0)...] } ?? ""
    }
}
