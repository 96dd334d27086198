#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The environment variables and the home directory that the configuration is read from, as a value, so that tests and
/// `doctor` can ask about another one.
package struct ProcessEnvironment: Sendable, Hashable {
    package var variables: [String: String]
    /// nil: `HOME` of `variables`.
    package var home: String?

    package init(_ variables: [String: String], home: String? = nil) {
        self.variables = variables
        self.home = home ?? variables["HOME"]
    }

    /// A variable that is set and not empty; the SDKs treat an empty one as not set.
    package subscript(name: String) -> String? {
        guard let value = variables[name], !value.isEmpty else { return nil }
        return value
    }

    func isTrue(_ name: String) -> Bool { self[name]?.lowercased() == "true" }

    /// A path with its `~` resolved.
    func path(_ text: String) -> String {
        guard text == "~" || text.hasPrefix("~/"), let home else { return text }
        return home + text.dropFirst()
    }

    /// This process's.
    package static func current() -> ProcessEnvironment {
        var variables: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let text = String(cString: entry)
            if let equals = text.firstIndex(of: "=") {
                variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            next += 1
        }
        return ofThisUser(variables)
    }

    /// Given variables; without `HOME` the home of the user that this process runs as.
    package static func ofThisUser(_ variables: [String: String]) -> ProcessEnvironment {
        let home = getpwuid(getuid()).flatMap { $0.pointee.pw_dir.map { String(cString: $0) } }
        return ProcessEnvironment(variables, home: variables["HOME"] ?? home)
    }
}
