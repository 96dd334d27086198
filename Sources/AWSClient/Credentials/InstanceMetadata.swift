import DynamoModel
import HTTPClient

/// The metadata service of an EC2 instance, version 2 only: every question carries a token ("Use IMDSv2" in the EC2
/// user guide). Version 1 answers whoever makes an instance ask, so it is not asked.
struct InstanceMetadata: Sendable {
    let context: CredentialContext

    /// Seconds that a token lasts; the longest that the service gives.
    private static let tokenLifetime = "21600"
    private static let rolePath = "/latest/meta-data/iam/security-credentials/"

    /// Why there is nothing; the reason is for the list of who was asked.
    private struct Nothing: Error {
        let reason: String
    }

    func load() async throws(CredentialsError) -> StepResult {
        let document: JSONValue
        do {
            let token = try await token()
            let role = try await get(Self.rolePath, token).split(separator: "\n").first.map(String.init) ?? ""
            guard !role.isEmpty else { return .absent("the instance has no role") }
            guard let answer = try? JSONValue(parsing: await get(Self.rolePath + role, token)) else {
                return .absent("the instance's metadata service did not answer with JSON")
            }
            document = answer
        } catch {
            return .absent(error.reason)
        }
        guard document["AccessKeyId"] != nil else {
            return .absent("the instance's role has no credentials (\(document["Code"]?.stringValue ?? "no reason"))")
        }
        var resolved = try CredentialDocument.decode(document, token: "Token", source: "the instance's role")
        // When the service cannot renew what it has, it keeps giving the old ones, and AWS takes them past their end
        // ("static stability"): they are used, and asked for again some minutes later.
        let soonest = context.clock.now().unixSeconds + CachedCredentials.mandatoryWindow + 60
        if let expiration = resolved.expiration, expiration.unixSeconds < soonest {
            resolved.expiration = Timestamp(
                unixSeconds: soonest + 300 + Int64(context.clock.random() * 300))
        }
        return .found(resolved)
    }

    /// The region that the instance runs in; nil when that cannot be found out.
    func region() async -> String? {
        do throws(Nothing) {
            let text = try await get("/latest/meta-data/placement/region", try await token())
            return text.isEmpty ? nil : text
        } catch {
            return nil
        }
    }

    private func token() async throws(Nothing) -> String {
        if context.environment.isTrue("AWS_EC2_METADATA_DISABLED") {
            throw Nothing(reason: "AWS_EC2_METADATA_DISABLED is set")
        }
        return try await send("PUT", "/latest/api/token", ("X-aws-ec2-metadata-token-ttl-seconds", Self.tokenLifetime))
    }

    private func get(_ path: String, _ token: String) async throws(Nothing) -> String {
        try await send("GET", path, ("X-aws-ec2-metadata-token", token))
    }

    private func send(_ method: String, _ path: String, _ header: (String, String)) async throws(Nothing) -> String {
        let base = try base()
        let (seconds, attempts) = (try number("timeout", 1), try number("num_attempts", 1))
        var reason = ""
        for _ in 1...max(1, attempts) {
            do throws(HTTPClientError) {
                let response = try await context.transport.send(
                    HTTPRequest(
                        method: method, url: base + path, headers: [header], timeout: .seconds(max(1, seconds)),
                        usesProxies: false, maximumResponseBytes: 1 << 20))
                if response.status == 200 { return String(decoding: response.body, as: UTF8.self) }
                reason = "the instance's metadata service answered with status \(response.status)"
                if response.status < 500 { break }
            } catch {
                reason = "the instance's metadata service did not answer: \(error.message)"
            }
        }
        throw Nothing(reason: reason)
    }

    private func base() throws(Nothing) -> String {
        let (environment, profile) = (context.environment, context.shared.profile)
        if let text = environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] ?? profile["ec2_metadata_service_endpoint"] {
            guard let endpoint = Endpoint(url: text) else {
                throw Nothing(reason: "AWS_EC2_METADATA_SERVICE_ENDPOINT is not a URL: '\(text)'")
            }
            return endpoint.url
        }
        let mode =
            environment["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"] ?? profile["ec2_metadata_service_endpoint_mode"]
        switch mode?.lowercased() {
        case nil, "ipv4": return "http://169.254.169.254"
        case "ipv6": return "http://[fd00:ec2::254]"
        case .some(let other):
            throw Nothing(reason: "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE is IPv4 or IPv6, not '\(other)'")
        }
    }

    private func number(_ name: String, _ standard: Int) throws(Nothing) -> Int {
        let variable = "AWS_METADATA_SERVICE_" + name.uppercased()
        guard let text = context.environment[variable] ?? context.shared.profile["metadata_service_\(name)"] else {
            return standard
        }
        guard let value = Int(text), value > 0 else { throw Nothing(reason: "\(variable) is not a number: '\(text)'") }
        return value
    }
}
