package import HTTPClient

/// What carries requests: an HTTP client, or in tests something that stands for one.
package protocol AWSTransport: Sendable {
    func send(_ request: HTTPRequest) async throws(HTTPClientError) -> HTTPResponse
}

extension HTTPClient: AWSTransport {}
