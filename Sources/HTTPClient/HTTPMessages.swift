/// A request that `HTTPClient` sends.
package struct HTTPRequest: Sendable {
    package var method: String
    /// An absolute `http` or `https` URL.
    package var url: String
    package var headers: [(String, String)]
    package var body: [UInt8]
    /// From the call to the last byte of the answer; nil: as long as it takes.
    package var timeout: Duration?
    /// For the connection alone, the TLS handshake included; nil: curl's default of five minutes. What runs out of it
    /// is `.connectionFailed`.
    package var connectTimeout: Duration?
    /// How long the transfer may stand still, in whole seconds; nil: as long as `timeout` allows. For answers without an
    /// end, of which nothing is known but that something comes now and then.
    package var idleTimeout: Duration?
    /// Path of a Unix socket to connect to instead of the URL's host.
    package var unixSocket: String?
    /// Whether proxies of the environment are asked, where `no_proxy` does not name the host.
    package var usesProxies: Bool
    /// The largest body that is taken; a longer one ends the request with `.responseTooLarge`. Streams have no limit.
    package var maximumResponseBytes: Int

    package init(
        method: String = "GET", url: String, headers: [(String, String)] = [], body: [UInt8] = [],
        timeout: Duration? = .seconds(30), connectTimeout: Duration? = nil, idleTimeout: Duration? = nil,
        unixSocket: String? = nil, usesProxies: Bool = true, maximumResponseBytes: Int = 64 << 20
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.connectTimeout = connectTimeout
        self.idleTimeout = idleTimeout
        self.unixSocket = unixSocket
        self.usesProxies = usesProxies
        self.maximumResponseBytes = maximumResponseBytes
    }
}

/// An answer: any status, also 4xx and 5xx.
package struct HTTPResponse: Sendable {
    package let status: Int
    /// Headers in the order of arrival, names as the server wrote them.
    package let headers: [(String, String)]
    package let body: [UInt8]

    package init(status: Int, headers: [(String, String)], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The first value of a header, its name in any case.
    package func header(_ name: String) -> String? {
        let name = name.lowercased()
        return headers.first { $0.0.lowercased() == name }?.1
    }
}

/// Why no answer came.
package struct HTTPClientError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Code: Sendable, Hashable {
        case invalidURL
        case nameNotResolved
        /// Nobody listens, or the connection could not be made.
        case connectionFailed
        /// The connection broke before the answer was complete.
        case connectionLost
        case timedOut
        case tls
        case responseTooLarge
        case cancelled
        case other
    }

    package let code: Code
    package let message: String

    package init(code: Code, message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
