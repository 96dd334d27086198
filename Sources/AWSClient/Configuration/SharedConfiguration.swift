/// One profile: its properties.
struct Profile: Sendable, Hashable {
    var properties: [String: String] = [:]
    var nested: [String: [String: String]] = [:]

    /// A property that is there and not empty.
    subscript(name: String) -> String? {
        guard let value = properties[name], !value.isEmpty else { return nil }
        return value
    }

    var hasStaticKeys: Bool { self["aws_access_key_id"] != nil || self["aws_secret_access_key"] != nil }
}

/// The shared config file and the shared credentials file, read together.
struct SharedConfiguration: Sendable, Hashable {
    let configPath: String
    let credentialsPath: String
    /// Profiles of each file by itself: the order in which credentials are looked for tells them apart.
    private(set) var configProfiles: [String: Profile] = [:]
    private(set) var credentialsProfiles: [String: Profile] = [:]
    /// Both together; what the credentials file says goes before.
    private(set) var profiles: [String: Profile] = [:]
    private(set) var ssoSessions: [String: Profile] = [:]
    private(set) var services: [String: Profile] = [:]
    /// The profile in force, and who named it.
    let profileName: String
    /// Somebody chose the profile, so it must exist.
    let isProfileChosen: Bool

    /// Reads `AWS_CONFIG_FILE` or `~/.aws/config`, and `AWS_SHARED_CREDENTIALS_FILE` or `~/.aws/credentials`. A file that
    /// is not there is empty.
    ///
    /// - Parameter profile: goes before `AWS_PROFILE`.
    init(_ environment: ProcessEnvironment, profile: String? = nil) throws(ConfigurationError) {
        configPath = environment.path(environment["AWS_CONFIG_FILE"] ?? "~/.aws/config")
        credentialsPath = environment.path(environment["AWS_SHARED_CREDENTIALS_FILE"] ?? "~/.aws/credentials")
        let chosen = profile ?? environment["AWS_PROFILE"] ?? environment["AWS_DEFAULT_PROFILE"]
        profileName = chosen ?? "default"
        isProfileChosen = chosen != nil
        var defaultIsPrefixed = false
        for section in try Self.sections(configPath) {
            let content = Profile(properties: section.properties, nested: section.nested)
            let words = ShellWords.split(section.name) ?? []
            switch (words.first, words.count) {
            case ("default", 1):
                // "[profile default]" goes before "[default]", wherever it stands.
                if !defaultIsPrefixed { Self.merge(content, into: &configProfiles["default"]) }
            case ("profile", 2):
                if words[1] == "default", !defaultIsPrefixed {
                    defaultIsPrefixed = true
                    configProfiles["default"] = nil
                }
                Self.merge(content, into: &configProfiles[words[1]])
            case ("sso-session", 2): Self.merge(content, into: &ssoSessions[words[1]])
            case ("services", 2): Self.merge(content, into: &services[words[1]])
            default: break
            }
        }
        for section in try Self.sections(credentialsPath) {
            Self.merge(
                Profile(properties: section.properties, nested: section.nested),
                into: &credentialsProfiles[section.name])
        }
        profiles = configProfiles
        for (name, content) in credentialsProfiles {
            Self.merge(content, into: &profiles[name])
        }
        guard !isProfileChosen || profiles[profileName] != nil else {
            throw ConfigurationError(
                "there is no profile '\(profileName)' in \(configPath) or \(credentialsPath)")
        }
    }

    /// The profile in force; empty when nobody wrote a default one.
    var profile: Profile { profiles[profileName] ?? Profile() }

    private static func merge(_ content: Profile, into profile: inout Profile?) {
        var merged = profile ?? Profile()
        merged.properties.merge(content.properties) { _, new in new }
        merged.nested.merge(content.nested) { _, new in new }
        profile = merged
    }

    private static func sections(_ path: String) throws(ConfigurationError) -> [INIFile.Section] {
        let bytes: [UInt8]
        do {
            bytes = try SmallFile.read(path)
        } catch {
            if error.isAbsent { return [] }
            throw ConfigurationError("\(path) \(error.reason)")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ConfigurationError("\(path) is not UTF-8")
        }
        do {
            return try INIFile(parsing: text.replacingCarriageReturns()).sections
        } catch {
            throw ConfigurationError("\(path), \(error.message)")
        }
    }
}

extension String {
    /// Lines that end as on Windows. (A carriage return and a line feed are one `Character`.)
    fileprivate func replacingCarriageReturns() -> String {
        String(decoding: utf8.filter { $0 != 0x0D }, as: UTF8.self)
    }
}
