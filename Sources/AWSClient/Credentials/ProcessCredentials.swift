import AWS
import DynamoModel

/// `credential_process` of a profile: a program, started without a shell, that prints credentials as JSON ("Process
/// credential provider" in the AWS SDKs and Tools Reference Guide).
enum ProcessCredentials {
    /// A program that hangs must not keep everybody waiting for ever.
    static let bound: Duration = .seconds(60)

    static func load(_ context: CredentialContext, profile name: String) async throws(CredentialsError) -> StepResult {
        guard
            let line = context.shared.configProfiles[name]?["credential_process"]
                ?? context.shared.profiles[name]?["credential_process"]
        else { return .absent("no credential_process in the profile '\(name)'") }
        guard let words = ShellWords.split(line), let program = words.first else {
            throw CredentialsError("the credential_process of the profile '\(name)' is no command line")
        }
        let output: [UInt8]
        do {
            output = try await ProgramOutput.run(
                program, arguments: Array(words.dropFirst()), environment: context.environment, within: bound)
        } catch {
            throw CredentialsError("the credential_process of the profile '\(name)', \(program), \(error.reason)")
        }
        guard let document = try? JSONValue(parsing: output) else {
            throw CredentialsError("\(program) did not print JSON")
        }
        guard document["Version"]?.intValue == 1 else {
            throw CredentialsError("\(program) printed credentials of another version than 1")
        }
        return .found(
            try CredentialDocument.decode(document, token: "SessionToken", source: "credential_process \(program)"))
    }
}

/// Credentials as JSON, as programs, containers and instances give them.
enum CredentialDocument {
    /// - Parameter token: the name of the session token's member, which differs.
    static func decode(
        _ document: JSONValue, token: String, source: String
    ) throws(CredentialsError) -> ResolvedCredentials {
        guard let id = document["AccessKeyId"]?.stringValue, let secret = document["SecretAccessKey"]?.stringValue
        else {
            throw CredentialsError("\(source) gave no AccessKeyId and SecretAccessKey")
        }
        var expiration: Timestamp?
        if let text = document["Expiration"]?.stringValue {
            guard let time = Timestamp(iso8601: text) else {
                throw CredentialsError("\(source) gave an Expiration that is no time: '\(text)'")
            }
            expiration = time
        }
        return ResolvedCredentials(
            credentials: AWSCredentials(
                accessKeyID: id, secretAccessKey: secret, sessionToken: document[token]?.stringValue),
            expiration: expiration, source: source)
    }
}
