/// One call of an AWS API, before it has an endpoint and a signature.
package struct AWSCall: Sendable {
    package var service: AWSService
    /// The name of the action, for errors and logs.
    package var operation: String
    /// nil: the client's.
    package var region: String?
    package var isSigned: Bool
    package var method: String
    /// Percent-encoded, appended to the path of the endpoint.
    package var path: String
    /// Not encoded.
    package var query: [(String, String)]
    package var headers: [(String, String)]
    package var body: [UInt8]

    package init(
        service: AWSService, operation: String, region: String? = nil, isSigned: Bool = true, method: String = "POST",
        path: String = "/", query: [(String, String)] = [], headers: [(String, String)] = [], body: [UInt8] = []
    ) {
        self.service = service
        self.operation = operation
        self.region = region
        self.isSigned = isSigned
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
    }
}

/// The answer to a call that succeeded.
package struct AWSReply: Sendable {
    package let status: Int
    package let requestID: String?
    package let body: [UInt8]
    /// How many requests it took.
    package let attempts: Int
}
