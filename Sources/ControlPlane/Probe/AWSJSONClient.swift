package import AWS
package import HTTPClient

/// Calls services that speak AWS's JSON protocol 1.0, DynamoDB above all, at any endpoint.
package struct AWSJSONClient: Sendable {
    /// `http://127.0.0.1:20001`, without a path.
    package let endpoint: String
    package let signer: SigV4Signer
    private let host: String
    private let client: HTTPClient

    package init(endpoint: String, signer: SigV4Signer, client: HTTPClient) {
        let endpoint = endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint
        self.endpoint = endpoint
        self.signer = signer
        self.client = client
        var host = endpoint[...]
        for scheme in ["http://", "https://"] where host.hasPrefix(scheme) {
            host = host.dropFirst(scheme.count)
        }
        self.host = String(host)
    }

    /// Sends one signed request. Any status is an answer.
    ///
    /// - Parameters:
    ///   - target: the value of `X-Amz-Target`, `DynamoDB_20120810.ListTables`.
    ///   - headers: others, which are signed too.
    package func call(
        target: String, headers: [(String, String)] = [], body: [UInt8], at time: SigningTime,
        timeout: Duration = .seconds(30)
    ) async throws(HTTPClientError) -> HTTPResponse {
        var request = SignableRequest(
            host: host,
            headers: [("Content-Type", "application/x-amz-json-1.0"), ("X-Amz-Target", target)] + headers, body: body)
        signer.sign(&request, at: time)
        return try await client.send(
            HTTPRequest(
                method: request.method, url: endpoint + request.target, headers: request.headers, body: body,
                timeout: timeout))
    }
}
