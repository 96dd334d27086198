import AWSClient
import TestSupport
import Testing

@Suite struct EndpointTests {
    @Test(arguments: [
        ("http://127.0.0.1:5000", "127.0.0.1:5000", "", "http://127.0.0.1:5000"),
        ("https://h.example/", "h.example", "", "https://h.example"),
        ("https://h.example:443/a/b/", "h.example", "/a/b", "https://h.example:443"),
        ("http://h.example:80", "h.example", "", "http://h.example:80"),
        ("HTTP://[::1]:8000/x", "[::1]:8000", "/x", "http://[::1]:8000"),
    ])
    func parts(url: String, host: String, basePath: String, origin: String) throws {
        let endpoint = try #require(Endpoint(url: url))
        #expect(endpoint.host == host)
        #expect(endpoint.basePath == basePath)
        #expect(endpoint.origin == origin)
    }

    @Test(arguments: [
        "", "rds.example", "ftp://h", "https://", "http:///x", "http://h?x", "http://h#x", "http://u@h", "http://h/a b",
    ])
    func refused(url: String) {
        #expect(Endpoint(url: url) == nil)
    }

    @Test(arguments: ["", "eu west", "a/b", "evil.example#", "-a", "a-", "é"])
    func regionsAreLabels(region: String) {
        #expect(throws: ConfigurationError.self) { try AWSSettings().endpoint(of: .rds, region: region) }
    }

    /// Our endpoints are those that botocore's rule sets give, in every region that it knows, for every variant that the
    /// region's partition has.
    @Test(.enabled(if: Python.interpreter != nil, "ENVCTL_PYTHON is not set"))
    func everyRegion() async throws {
        let script = """
            import botocore.session, botocore.exceptions
            from botocore.endpoint_provider import EndpointProvider
            loader = botocore.session.Session().get_component('data_loader')
            partitions = loader.load_data('partitions')
            for service in ('rds', 'sts', 'sso', 'sso-oidc'):
                rules = loader.load_service_model(service, 'endpoint-rule-set-1')
                provider = EndpointProvider(rules, partitions)
                for partition in partitions['partitions']:
                    for region in list(partition['regions']) + ['xx-new-7']:
                        if region.endswith('-global'): continue
                        for fips in (False, True):
                            for dual in (False, True):
                                try:
                                    given = provider.resolve_endpoint(Region=region, UseFIPS=fips, UseDualStack=dual)
                                    print(service, region, fips, dual, given.url)
                                except botocore.exceptions.EndpointProviderError: pass
            """
        let services: [String: AWSService] = ["rds": .rds, "sts": .sts, "sso": .sso, "sso-oidc": .ssoOIDC]
        let lines = try await Python.lines(script).filter { !$0.isEmpty }
        #expect(lines.count > 300)
        for line in lines {
            let words = line.split(separator: " ").map(String.init)
            let service = try #require(services[words[0]])
            let endpoint = Endpoint.regional(
                service, region: words[1], isFIPS: words[2] == "True", isDualStack: words[3] == "True")
            #expect(endpoint.url == words[4], "\(line)")
        }
        print("endpoints compared with botocore's rules: \(lines.count)")
    }
}
