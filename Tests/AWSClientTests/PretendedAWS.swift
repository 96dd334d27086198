import TestSupport

/// STS, IAM Identity Center, a container's endpoint and an instance's metadata service, as far as credentials need them:
/// what they give says in its access key how it was asked for, so that two clients can be compared.
enum PretendedAWS {
    static func start() throws -> LoopbackServer { try LoopbackServer { answer($0) } }

    static func answer(_ request: String) -> LoopbackServer.Answer {
        let parts = request.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        let lines = parts[0].split(separator: "\r\n").map(String.init)
        let target = lines[0].split(separator: " ")
        let (method, path) = (String(target[0]), String(target[1]))
        let body = parts.count > 1 ? String(parts[1]) : ""
        func header(_ name: String) -> String? {
            lines.first { $0.lowercased().hasPrefix(name + ":") }
                .map { String($0.dropFirst(name.count + 1).drop { $0 == " " }) }
        }
        switch (method, path.split(separator: "?").first.map(String.init) ?? path) {
        case ("POST", "/"):
            return sts(body, header("authorization"))
        case ("GET", "/federation/credentials"):
            guard let token = header("x-amz-sso_bearer_token"), token.hasPrefix("sso-") else { return status(401) }
            let query = path.split(separator: "?").last.map(String.init) ?? ""
            let id = "SSO." + token + "." + word(query, "account_id") + "." + word(query, "role_name")
            return json(
                #"{"roleCredentials":{"accessKeyId":"\#(id)","secretAccessKey":"s","sessionToken":"t","#
                    + #""expiration":4102444800000}}"#)
        case ("POST", "/token"):
            return json(#"{"accessToken":"sso-renewed","expiresIn":3600,"refreshToken":"next"}"#)
        case ("GET", "/container"):
            return credentials("CONTAINER." + (header("authorization") ?? "none"))
        case ("PUT", "/latest/api/token"):
            return header("x-aws-ec2-metadata-token-ttl-seconds") == nil ? status(400) : text("imds-token")
        case ("GET", let path) where path.hasPrefix("/latest/"):
            guard header("x-aws-ec2-metadata-token") == "imds-token" else { return status(401) }
            switch path {
            case "/latest/meta-data/iam/security-credentials/": return text("some-role")
            case "/latest/meta-data/iam/security-credentials/some-role": return credentials("INSTANCE")
            case "/latest/meta-data/placement/region": return text("ap-south-1")
            default: return status(404)
            }
        default:
            return status(404)
        }
    }

    private static func sts(_ body: String, _ authorization: String?) -> LoopbackServer.Answer {
        let action = word(body, "Action")
        let signer = authorization?.split(separator: "=").dropFirst().first?.split(separator: "/").first ?? "unsigned"
        var asked = word(body, "RoleArn").split(separator: "%2F").last.map(String.init) ?? ""
        for name in ["ExternalId", "DurationSeconds", "WebIdentityToken"] where !word(body, name).isEmpty {
            asked += "." + word(body, name)
        }
        if !word(body, "RoleSessionName").contains("-1") { asked += "." + word(body, "RoleSessionName") }
        let text = """
            <\(action)Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><\(action)Result><Credentials>\
            <AccessKeyId>\(asked)-by-\(signer)</AccessKeyId><SecretAccessKey>s</SecretAccessKey>\
            <SessionToken>t</SessionToken><Expiration>2100-01-01T00:00:00Z</Expiration></Credentials>\
            <AssumedRoleUser><AssumedRoleId>i</AssumedRoleId><Arn>a</Arn></AssumedRoleUser>\
            </\(action)Result></\(action)Response>
            """
        return respond("200 OK", text, "text/xml")
    }

    /// A value of a form or a query; botocore writes some characters otherwise than we do, none of which is used here.
    private static func word(_ form: String, _ name: String) -> String {
        form.split(separator: "&").first { $0.hasPrefix(name + "=") }.map { String($0.dropFirst(name.count + 1)) } ?? ""
    }

    private static func credentials(_ id: String) -> LoopbackServer.Answer {
        json(
            #"{"Code":"Success","AccessKeyId":"\#(id)","SecretAccessKey":"s","Token":"t","#
                + #""Expiration":"2100-01-01T00:00:00Z"}"#)
    }

    private static func json(_ text: String) -> LoopbackServer.Answer { respond("200 OK", text, "application/json") }
    private static func text(_ text: String) -> LoopbackServer.Answer { respond("200 OK", text, "text/plain") }
    private static func status(_ code: Int) -> LoopbackServer.Answer { respond("\(code) No", "", "text/plain") }

    private static func respond(_ status: String, _ body: String, _ type: String) -> LoopbackServer.Answer {
        .respond("HTTP/1.1 \(status)\r\nContent-Type: \(type)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }
}
