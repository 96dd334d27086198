/// Why a server cannot start with what it was given, and what to do about it.
package struct ConfigurationError: Error, Hashable, CustomStringConvertible {
    package let message: String
    package let hint: String

    package init(_ message: String, hint: String) {
        self.message = message
        self.hint = hint
    }

    package var description: String { message }
}
