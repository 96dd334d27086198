import AWS

/// The calls of AWS Security Token Service that credentials need, API version 2011-06-15.
package enum STS {
    package static let version = "2011-06-15"

    /// Temporary credentials as STS gives them.
    static func credentials(_ result: XMLElement, source: String) throws(XMLDecodingError) -> ResolvedCredentials {
        guard let element = result["Credentials"] else {
            throw XMLDecodingError("<\(result.name)> lacks <Credentials>")
        }
        guard let expiration = try element.time("Expiration") else {
            throw XMLDecodingError("<Credentials> lacks <Expiration>")
        }
        return ResolvedCredentials(
            credentials: AWSCredentials(
                accessKeyID: try element.required("AccessKeyId"),
                secretAccessKey: try element.required("SecretAccessKey"),
                sessionToken: try element.required("SessionToken")),
            expiration: expiration, source: source)
    }
}

/// Calls STS in one region.
package struct STSClient: Sendable {
    private let client: AWSClient
    package let region: String?

    package init(_ client: AWSClient, region: String? = nil) {
        self.client = client
        self.region = region
    }

    package func getCallerIdentity() async throws(AWSError) -> STS.CallerIdentity {
        try await client.send(STS.GetCallerIdentity(), to: .sts, version: STS.version, region: region)
    }

    package func assumeRole(_ request: STS.AssumeRole) async throws(AWSError) -> ResolvedCredentials {
        try await client.send(request, to: .sts, version: STS.version, region: region)
    }

    package func assumeRoleWithWebIdentity(
        _ request: STS.AssumeRoleWithWebIdentity
    ) async throws(AWSError) -> ResolvedCredentials {
        try await client.send(request, to: .sts, version: STS.version, region: region, isSigned: false)
    }
}
