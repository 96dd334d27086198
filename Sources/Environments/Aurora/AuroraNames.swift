/// The identifiers of what is made at AWS. There is no client token in the RDS API: an identifier that follows from the
/// record is what makes a repeated call find the first one's work.
package enum AuroraNames {
    /// What every identifier of ours begins with; the IAM policy names it too.
    package static let prefix = "envctl-"
    /// Digits of the installation's id in an identifier. A name says nothing, tags do; these keep installations that
    /// share an account out of each other's way.
    static let installationDigits = 12

    /// `envctl-<installation>-<environment>-g<incarnation>`, at most 63 characters; a clone's name stays unusable for
    /// minutes after its deletion, so that a reset takes the next one.
    package static func cluster(_ installation: InstallationID, _ id: EnvironmentID, incarnation: Int) -> String {
        "\(own(installation))\(id.text)-g\(incarnation)"
    }

    /// A clone's one instance.
    package static func instance(ofCluster cluster: String) -> String { cluster + "-i1" }

    /// What the identifiers of one installation begin with.
    package static func own(_ installation: InstallationID) -> String {
        "\(prefix)\(installation.text.prefix(installationDigits))-"
    }

    /// RDS's rule for identifiers of clusters and instances (API reference, `CreateDBCluster`).
    package static func isIdentifier(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard let first = bytes.first, bytes.count <= 63, isLetter(first), bytes.last != UInt8(ascii: "-") else {
            return false
        }
        let isAllowed = bytes.allSatisfy {
            isLetter($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "-")
        }
        return isAllowed && !zip(bytes, bytes.dropFirst()).contains { $0 == UInt8(ascii: "-") && $1 == $0 }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}

/// Whose a clone is, as its tags say.
package struct AuroraMark: Hashable, Sendable {
    package var installation: InstallationID
    package var environment: EnvironmentID
    package var incarnation: Int

    package init(installation: InstallationID, environment: EnvironmentID, incarnation: Int) {
        self.installation = installation
        self.environment = environment
        self.incarnation = incarnation
    }

    static let managed = "envctl:managed"
    static let install = "envctl:install"
    static let env = "envctl:env"
    static let generation = "envctl:generation"
    package static let source = "envctl:source"

    /// The mark in a resource's tags; nil when they are not ours.
    package init?(tags: [String: String]) {
        guard tags[Self.managed] == "true", let install = tags[Self.install], let env = tags[Self.env],
            let generation = tags[Self.generation].flatMap({ Int($0) })
        else { return nil }
        self.init(
            installation: InstallationID(install), environment: EnvironmentID(env), incarnation: generation)
    }

    /// The tags that the creating calls carry, so that nothing of ours is ever without them.
    package func tags(source: String, owner: String, name: String, expiresAt: String) -> [String: String] {
        var tags = [
            Self.managed: "true", Self.install: installation.text, Self.env: environment.text,
            Self.generation: "\(incarnation)", Self.source: Self.value(source), "envctl:name": Self.value(name),
            "envctl:expires-at": Self.value(expiresAt),
        ]
        if !owner.isEmpty { tags["envctl:owner"] = Self.value(owner) }
        return tags
    }

    /// `text` as a tag's value: at most 256 characters, and only those that AWS takes ("Tagging Amazon RDS resources").
    static func value(_ text: String) -> String {
        let allowed = Set(" _.:/=+-@".unicodeScalars)
        let scalars = text.unicodeScalars.prefix(256).map { scalar in
            let isPlain = scalar.properties.isAlphabetic || scalar.properties.numericType != nil
            return isPlain || allowed.contains(scalar) ? scalar : "_"
        }
        return String(String.UnicodeScalarView(scalars))
    }
}
