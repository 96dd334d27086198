/// What is wrong with a database as an ExtendDB database, or with what is asked of it.
package struct LayoutError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Code: Sendable, Hashable {
        /// No ExtendDB catalog is in this database.
        case notACatalog
        /// A catalog of a version that this build does not know.
        case unsupportedVersion
        /// A known version, with a feature in use that this build does not serve.
        case unsupportedFeature
        /// A row that no ExtendDB server would have written.
        case unreadable
        /// A name or a row that should be there is not, or the other way round.
        case conflict
        /// A sealed clone does not pass its verification.
        case notSealed
    }

    package let code: Code
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
