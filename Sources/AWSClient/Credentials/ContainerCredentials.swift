import DynamoModel
import HTTPClient

/// The credentials endpoint of a container: Amazon ECS, or EKS Pod Identity ("Container credential provider" in the AWS
/// SDKs and Tools Reference Guide).
enum ContainerCredentials {
    /// Where a relative URI leads.
    static let host = "169.254.170.2"
    /// Hosts that may be asked without TLS, besides loopback addresses.
    private static let allowedHosts: Set<String> = [host, "169.254.170.23", "[fd00:ec2::23]", "localhost"]
    private static let attempts = 3

    static func load(_ context: CredentialContext) async throws(CredentialsError) -> StepResult {
        let url: String
        if let relative = context.environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] {
            url = "http://" + host + (relative.hasPrefix("/") ? "" : "/") + relative
        } else if let full = context.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] {
            guard isAllowed(full) else {
                throw CredentialsError(
                    "AWS_CONTAINER_CREDENTIALS_FULL_URI is neither https nor on a loopback or container address: '\(full)'"
                )
            }
            url = full
        } else {
            return .absent("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and …_FULL_URI are not set")
        }
        var headers = [("Accept", "application/json")]
        if let token = try authorization(context.environment) { headers.append(("Authorization", token)) }
        let request = HTTPRequest(
            url: url, headers: headers, timeout: .seconds(2), usesProxies: false,
            maximumResponseBytes: 1 << 20)
        var reason = ""
        for attempt in 1...attempts {
            do {
                let response = try await context.transport.send(request)
                if response.status == 200, let document = try? JSONValue(parsing: response.body) {
                    return .found(
                        try CredentialDocument.decode(document, token: "Token", source: "container endpoint \(url)"))
                }
                reason = response.status == 200 ? "the answer is not JSON" : "status \(response.status)"
            } catch let error as HTTPClientError {
                reason = error.message
            } catch let error as CredentialsError {
                throw error
            } catch {
                reason = "\(error)"
            }
            if attempt < attempts { await pause(context) }
        }
        throw CredentialsError("the container's credentials endpoint \(url) gave none: \(reason)")
    }

    private static func pause(_ context: CredentialContext) async {
        // A cancelled task goes on to its next request, which ends at once.
        do { try await context.clock.pause(1) } catch {}
    }

    /// The file goes before the variable, and is read each time: it is replaced.
    private static func authorization(_ environment: ProcessEnvironment) throws(CredentialsError) -> String? {
        let token: String
        if let path = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] {
            do {
                token = String(decoding: try SmallFile.read(environment.path(path)), as: UTF8.self)
            } catch {
                throw CredentialsError("the container's authorization token file \(path) \(error.reason)")
            }
        } else if let value = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"] {
            token = value
        } else {
            return nil
        }
        guard token.utf8.allSatisfy({ $0 != 0x0D && $0 != 0x0A }) else {
            throw CredentialsError("the container's authorization token has more than one line")
        }
        return token
    }

    /// Whoever sets the variable must not be able to send the token across the network in the clear.
    static func isAllowed(_ url: String) -> Bool {
        if url.lowercased().hasPrefix("https://") { return Endpoint(url: url) != nil || url.contains("?") }
        guard url.lowercased().hasPrefix("http://") else { return false }
        let authority = url.dropFirst(7).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !authority.contains("@") else { return false }
        let host: Substring
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return false }
            let port = authority[authority.index(after: end)...]
            guard port.isEmpty || port.hasPrefix(":") else { return false }
            host = authority[...end]
        } else {
            host = authority.prefix { $0 != ":" }
        }
        return allowedHosts.contains(String(host)) || host == "[::1]" || isLoopback(host)
    }

    /// 127.0.0.0/8, written as four numbers.
    private static func isLoopback(_ host: Substring) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127"
            && parts.allSatisfy { $0.utf8.count <= 3 && UInt8($0) != nil }
    }
}
