/// Reads the names that databases and roles of ours have, `envctl_e_<environment>_g<n>`, `envctl_s_<snapshot>_g<n>`
/// and `envctl_r_<environment>`.
///
/// A database gets its comment in a second statement, so a crash can leave one without. Its owner belongs to the
/// installation alone and its name says the rest.
enum ResourceName {
    /// The mark that a database's name stands for; nil for any other name.
    static func mark(database name: String, installation: String) -> InstallationMark? {
        let kinds: [(String, InstallationMark.Kind)] = [("envctl_e_", .environment), ("envctl_s_", .snapshot)]
        for (prefix, kind) in kinds where name.hasPrefix(prefix) {
            let rest = name.dropFirst(prefix.count)
            guard let separator = rest.lastIndex(of: "_"), rest[separator...].hasPrefix("_g"),
                let generation = Int(rest[separator...].dropFirst(2)), separator != rest.startIndex
            else { return nil }
            return InstallationMark(
                installation: installation, kind: kind, id: String(rest[..<separator]), generation: generation)
        }
        return nil
    }
}
