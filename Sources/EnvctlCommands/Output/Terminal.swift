#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// What the process may assume about where its output goes. Colours and moving progress are for terminals alone, and
/// `NO_COLOR` (https://no-color.org) turns colours off there too.
package struct Terminal: Sendable {
    package var standardOutputIsTerminal: Bool
    package var standardErrorIsTerminal: Bool
    package var colors: Bool
    /// Columns; 80 when it cannot be known.
    package var width: Int

    package init(standardOutputIsTerminal: Bool, standardErrorIsTerminal: Bool, colors: Bool, width: Int = 80) {
        self.standardOutputIsTerminal = standardOutputIsTerminal
        self.standardErrorIsTerminal = standardErrorIsTerminal
        self.colors = colors
        self.width = width
    }

    /// The terminal of this process.
    package static func current() -> Terminal {
        let output = isatty(STDOUT_FILENO) == 1
        let error = isatty(STDERR_FILENO) == 1
        var size = winsize()
        let known = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        let noColor = Environment.value("NO_COLOR").map { !$0.isEmpty } ?? false
        return Terminal(
            standardOutputIsTerminal: output, standardErrorIsTerminal: error,
            colors: output && error && !noColor && Environment.value("TERM") != "dumb",
            width: known ? Int(size.ws_col) : 80)
    }

    package func styled(_ text: String, _ style: Style) -> String {
        colors ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// SGR parameters of ECMA-48.
    package enum Style: String {
        case bold = "1"
        case faint = "2"
        case red = "31"
        case green = "32"
        case yellow = "33"
    }
}

/// The process environment.
package enum Environment {
    package static func value(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }

    /// All of it; of a name that stands twice the first one, as `getenv` has it.
    package static func all() -> [String: String] {
        var variables: [String: String] = [:]
        var index = 0
        while let entry = environ[index] {
            let text = String(cString: entry)
            index += 1
            guard let split = text.firstIndex(of: "=") else { continue }
            let name = String(text[..<split])
            if variables[name] == nil { variables[name] = String(text[text.index(after: split)...]) }
        }
        return variables
    }
}
