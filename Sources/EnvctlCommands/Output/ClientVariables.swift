package import ControlPlaneAPI

/// The environment variables that point AWS SDKs and the AWS CLI at an environment, and the ways to write them down.
///
/// `AWS_ENDPOINT_URL_DYNAMODB` is the service-specific endpoint variable of the AWS SDKs and Tools Reference Guide.
/// `AWS_SESSION_TOKEN` and `AWS_PROFILE` are emptied: a token or profile of the caller's own would not fit the
/// environment's key. `AWS_CA_BUNDLE` is the variable of boto3, the AWS CLI and the SDKs for Go, Ruby and others;
/// `NODE_EXTRA_CA_CERTS` is Node.js' own.
package struct ClientVariables: Sendable {
    /// In the order in which they are written.
    package let variables: [(name: String, value: String)]
    /// Those which must not be in force beside them.
    package static let removed = ["AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_PROFILE", "AWS_DEFAULT_PROFILE"]
    private let secret: String

    /// - Parameter authority: the file of the authority behind the control plane's own certificates; nil: it has none.
    package init(_ credentials: CredentialsResource, authority: String? = nil) {
        secret = credentials.secretAccessKey
        let trusted = credentials.endpoint.hasPrefix("https:") ? authority : nil
        variables =
            [
                ("AWS_ENDPOINT_URL_DYNAMODB", credentials.endpoint),
                ("AWS_ENDPOINT_URL_DYNAMODB_STREAMS", credentials.endpoint),
                ("AWS_ACCESS_KEY_ID", credentials.accessKeyId),
                ("AWS_SECRET_ACCESS_KEY", credentials.secretAccessKey),
                ("AWS_REGION", credentials.region),
                ("AWS_DEFAULT_REGION", credentials.region),
            ] + (trusted.map { [("AWS_CA_BUNDLE", $0), ("NODE_EXTRA_CA_CERTS", $0)] } ?? [])
    }

    /// `export NAME='value'` lines and an `unset`, for `eval "$(envctl env NAME)"` in a POSIX shell.
    package var shell: String {
        (["unset " + Self.removed.joined(separator: " ")]
            + variables.map { "export \($0.name)=\(Self.quoted($0.value))" }).joined(separator: "\n")
    }

    /// `NAME=value` lines as dotenv readers take them.
    package var dotenv: String {
        variables.map { "\($0.name)=\($0.value)" }.joined(separator: "\n")
    }

    /// For GitHub Actions' `GITHUB_ENV` file.
    package var gitHubFile: String { dotenv + "\n" }

    /// The workflow command that keeps the secret out of a GitHub Actions log.
    package var gitHubMask: String { "::add-mask::\(secret)" }

    package var dictionary: [String: String] {
        Dictionary(uniqueKeysWithValues: variables.map { ($0.name, $0.value) })
    }

    /// `text` as one word of a POSIX shell.
    package static func quoted(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
