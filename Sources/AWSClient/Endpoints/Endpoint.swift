/// Where the requests of one service go.
package struct Endpoint: Sendable, Hashable {
    /// `https://rds.eu-central-1.amazonaws.com`, with the base path that a configured endpoint may have; never a slash
    /// at the end.
    package let url: String

    /// - Returns: nil unless it is an absolute http or https URL without query, fragment and user information.
    package init?(url: String) {
        var text = url[...]
        while text.hasSuffix("/") { text.removeLast() }
        let scheme: String
        if text.lowercased().hasPrefix("https://") {
            scheme = "https://"
        } else if text.lowercased().hasPrefix("http://") {
            scheme = "http://"
        } else {
            return nil
        }
        let rest = text.dropFirst(scheme.count)
        let forbidden = rest.utf8.contains { byte in
            byte <= 0x20 || byte >= 0x7F || [UInt8(ascii: "?"), UInt8(ascii: "#"), UInt8(ascii: "@")].contains(byte)
        }
        guard !rest.isEmpty, !rest.hasPrefix("/"), !forbidden else { return nil }
        self.url = scheme + rest
    }

    private init(host: String) {
        url = "https://" + host
    }

    /// The value of the `Host` header: without the port if that is the scheme's own.
    package var host: String {
        let isTLS = url.hasPrefix("https://")
        let authority = url.dropFirst(isTLS ? 8 : 7).prefix { $0 != "/" }
        let own = isTLS ? ":443" : ":80"
        return String(authority.hasSuffix(own) ? authority.dropLast(own.count) : authority)
    }

    /// The path that stands before every request's own.
    package var basePath: String {
        let rest = url.dropFirst(url.hasPrefix("https://") ? 8 : 7)
        return String(rest.drop { $0 != "/" })
    }

    /// Scheme and authority, to put a request target behind.
    package var origin: String { String(url.dropLast(basePath.utf8.count)) }

    /// The service's own endpoint in a region.
    package static func regional(
        _ service: AWSService, region: String, isFIPS: Bool = false, isDualStack: Bool = false
    ) -> Endpoint {
        let partition = Partition(region: region)
        let suffix = isDualStack ? partition.dualStackDNSSuffix : partition.dnsSuffix
        if service == .sts, !isFIPS, !isDualStack, region == "aws-global" {
            return Endpoint(host: "sts.amazonaws.com")
        }
        // The endpoints of GovCloud are validated ones without being called so.
        let isNamedFIPS = isFIPS && (partition.id != "aws-us-gov" || isDualStack)
        return Endpoint(host: "\(service.endpointPrefix)\(isNamedFIPS ? "-fips" : "").\(region).\(suffix)")
    }
}
