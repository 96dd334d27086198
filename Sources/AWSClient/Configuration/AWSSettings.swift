/// What a client has to know besides who it is: region, endpoints, retries.
package struct AWSSettings: Sendable, Hashable {
    /// For calls that name none.
    package var region: String?
    package var endpoints: EndpointOverrides
    package var retries: RetryRules
    /// From the beginning of a request to the last byte of its answer.
    package var timeout: Duration
    /// For the connection and its TLS handshake: a service that cannot be reached is found out early, and surely
    /// before it was asked anything.
    package var connectTimeout: Duration
    /// A file of certificates instead of the system's: the authority of the `HTTPClient` that carries the calls.
    package var caBundle: String?
    /// A page of a hundred clusters has some 300 KB.
    package var maximumReplyBytes: Int

    package init(
        region: String? = nil, endpoints: EndpointOverrides = EndpointOverrides(), retries: RetryRules = RetryRules(),
        timeout: Duration = .seconds(60), connectTimeout: Duration = .seconds(10), caBundle: String? = nil,
        maximumReplyBytes: Int = 16 << 20
    ) {
        self.region = region
        self.endpoints = endpoints
        self.retries = retries
        self.timeout = timeout
        self.connectTimeout = connectTimeout
        self.caBundle = caBundle
        self.maximumReplyBytes = maximumReplyBytes
    }

    /// Where the calls of a service go.
    package func endpoint(of service: AWSService, region: String) throws(ConfigurationError) -> Endpoint {
        guard Self.isRegion(region) else {
            throw ConfigurationError("'\(region)' is not the name of a region")
        }
        if let override = endpoints.configured(for: service) {
            guard let endpoint = Endpoint(url: override.url) else {
                throw ConfigurationError("\(override.origin) is not an absolute http or https URL: '\(override.url)'")
            }
            return endpoint
        }
        return .regional(service, region: region, isFIPS: endpoints.isFIPS, isDualStack: endpoints.isDualStack)
    }

    /// A region becomes a label of a host name.
    private static func isRegion(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 63
            && text.utf8.allSatisfy {
                (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || (0x30...0x39).contains($0)
                    || $0 == UInt8(ascii: "-")
            }
            && !text.hasPrefix("-") && !text.hasSuffix("-")
    }
}

/// A setting of the AWS configuration that cannot be used.
package struct ConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    package let message: String

    package init(_ message: String) {
        self.message = message
    }

    package var description: String { message }
}
