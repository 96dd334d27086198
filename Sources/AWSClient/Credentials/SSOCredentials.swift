import AWS
import Cryptography
import DynamoModel

/// A profile with `sso_account_id` and `sso_role_name`: the token that `aws sso login` left in its cache, exchanged for
/// the role's credentials ("IAM Identity Center credential provider" in the AWS SDKs and Tools Reference Guide).
enum SSOCredentials {
    /// A token that ends within so many seconds is renewed, where the login left what that needs.
    static let renewalWindow: Int64 = 900

    private struct Configuration {
        var startURL: String
        var region: String
        var account: String
        var role: String
        /// nil: the older form without an `sso-session` section.
        var session: String?

        /// The name of the token's file in the cache.
        var cacheName: String { Hex.encode(SHA1.hash(Array((session ?? startURL).utf8))) + ".json" }
    }

    static func load(_ context: CredentialContext, profile name: String) async throws(CredentialsError) -> StepResult {
        guard let configuration = try configuration(context, profile: name) else {
            return .absent("no sso_account_id and sso_role_name in the profile '\(name)'")
        }
        let token = try await token(configuration, context)
        let call = AWSCall(
            service: .sso, operation: "GetRoleCredentials", region: configuration.region, isSigned: false,
            method: "GET", path: "/federation/credentials",
            query: [("role_name", configuration.role), ("account_id", configuration.account)],
            headers: [("x-amz-sso_bearer_token", token)])
        let reply: AWSReply
        do {
            reply = try await context.client().send(call)
        } catch {
            let hint = error.status == 401 ? "; \(Self.login(name))" : ""
            throw CredentialsError("cannot get the role's credentials of the profile '\(name)': \(error)\(hint)")
        }
        guard let document = try? JSONValue(parsing: reply.body), let given = document["roleCredentials"],
            let id = given["accessKeyId"]?.stringValue, let secret = given["secretAccessKey"]?.stringValue
        else { throw CredentialsError("the reply to GetRoleCredentials has no credentials") }
        return .found(
            ResolvedCredentials(
                credentials: AWSCredentials(
                    accessKeyID: id, secretAccessKey: secret, sessionToken: given["sessionToken"]?.stringValue),
                expiration: given["expiration"]?.intValue.map { Timestamp(unixSeconds: Int64($0 / 1_000)) },
                source: "IAM Identity Center of the profile '\(name)'"))
    }

    private static func login(_ profile: String) -> String { "run: aws sso login --profile \(profile)" }

    private static func configuration(
        _ context: CredentialContext, profile name: String
    ) throws(CredentialsError) -> Configuration? {
        var profile = context.shared.profiles[name] ?? Profile()
        guard profile["sso_role_name"] != nil || profile["sso_account_id"] != nil else { return nil }
        let session = profile["sso_session"]
        if let session {
            guard let section = context.shared.ssoSessions[session] else {
                throw CredentialsError("the profile '\(name)' names the sso-session '\(session)', which is not there")
            }
            for (property, value) in section.properties {
                guard profile[property] == nil || profile[property] == value else {
                    throw CredentialsError(
                        "\(property) of the profile '\(name)' is not what its sso-session '\(session)' says")
                }
                profile.properties[property] = value
            }
        }
        let missing = ["sso_role_name", "sso_account_id", "sso_start_url", "sso_region"].filter { profile[$0] == nil }
        guard let url = profile["sso_start_url"], let region = profile["sso_region"],
            let account = profile["sso_account_id"], let role = profile["sso_role_name"]
        else { throw CredentialsError("the profile '\(name)' lacks \(missing.joined(separator: ", "))") }
        return Configuration(startURL: url, region: region, account: account, role: role, session: session)
    }

    // MARK: - The token

    private static func token(
        _ configuration: Configuration, _ context: CredentialContext
    ) async throws(CredentialsError) -> String {
        let path = context.environment.path("~/.aws/sso/cache/" + configuration.cacheName)
        let login = login(context.shared.profileName)
        let document: JSONValue
        do {
            document = try JSONValue(parsing: SmallFile.read(path))
        } catch {
            throw CredentialsError("there is no token of IAM Identity Center in \(path); \(login)")
        }
        guard let token = document["accessToken"]?.stringValue,
            let expiration = document["expiresAt"]?.stringValue.flatMap({ Timestamp(iso8601: $0) })
        else { throw CredentialsError("\(path) holds no token; \(login)") }
        let left = expiration.unixSeconds - context.clock.now().unixSeconds
        if left < renewalWindow, configuration.session != nil,
            let renewed = await renew(document, configuration, context, path: path)
        {
            return renewed
        }
        guard left > 0 else {
            throw CredentialsError("the token of IAM Identity Center in \(path) has expired; \(login)")
        }
        return token
    }

    /// A new token for the one in the cache, which it replaces; nil when it cannot be had, and then the old one serves
    /// while it lasts.
    private static func renew(
        _ document: JSONValue, _ configuration: Configuration, _ context: CredentialContext, path: String
    ) async -> String? {
        guard let clientID = document["clientId"]?.stringValue, let secret = document["clientSecret"]?.stringValue,
            let refreshToken = document["refreshToken"]?.stringValue,
            let registered = document["registrationExpiresAt"]?.stringValue,
            let registration = Timestamp(iso8601: registered), context.clock.now() < registration
        else { return nil }
        let body = json([
            ("clientId", clientID), ("clientSecret", secret), ("grantType", "refresh_token"),
            ("refreshToken", refreshToken),
        ])
        let call = AWSCall(
            service: .ssoOIDC, operation: "CreateToken", region: configuration.region, isSigned: false,
            path: "/token", headers: [("Content-Type", "application/json")], body: body)
        guard let reply = try? await context.client().send(call), let given = try? JSONValue(parsing: reply.body),
            let token = given["accessToken"]?.stringValue, let lifetime = given["expiresIn"]?.intValue
        else { return nil }
        let expiration = Timestamp(unixSeconds: context.clock.now().unixSeconds + Int64(lifetime))
        var members = [
            ("startUrl", configuration.startURL), ("region", configuration.region), ("accessToken", token),
            ("expiresAt", expiration.iso8601), ("clientId", clientID), ("clientSecret", secret),
            ("registrationExpiresAt", registered),
        ]
        // The old refresh token is used up: without a new one there is none.
        if let next = given["refreshToken"]?.stringValue {
            members.append(("refreshToken", next))
        }
        do {
            try SmallFile.replace(path, with: json(members))
        } catch {
            // The token is good all the same; the next process renews for itself or asks for a login.
            return token
        }
        return token
    }

    private static func json(_ members: [(String, String)]) -> [UInt8] {
        var writer = JSONWriter()
        writer.value(.object(members.map { JSONMember(name: $0.0, value: .string($0.1)) }))
        return writer.bytes
    }
}
