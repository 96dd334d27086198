extension STS {
    /// Gives credentials for a token of an identity provider, such as a service account's of Kubernetes. Not signed.
    package struct AssumeRoleWithWebIdentity: QueryOperation, Hashable {
        package static let action = "AssumeRoleWithWebIdentity"

        package var roleARN: String
        package var sessionName: String
        fileprivate let token: String

        package init(roleARN: String, sessionName: String, token: String) {
            self.roleARN = roleARN
            self.sessionName = sessionName
            self.token = token
        }

        package func encode(into parameters: inout QueryParameters) {
            parameters.add("RoleArn", roleARN)
            parameters.add("RoleSessionName", sessionName)
            parameters.add("WebIdentityToken", token)
        }

        package static func decode(_ result: XMLElement) throws(XMLDecodingError) -> ResolvedCredentials {
            try credentials(result, source: "a web identity")
        }
    }
}

/// The token opens the role.
extension STS.AssumeRoleWithWebIdentity: CustomStringConvertible, CustomReflectable {
    package var description: String { "AssumeRoleWithWebIdentity(\(roleARN))" }
    package var customMirror: Mirror { Mirror(self, children: ["roleARN": roleARN, "sessionName": sessionName]) }
}
