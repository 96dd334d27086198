/// What a token is for. Each scope holds all that the ones before it hold.
package enum Scope: String, Sendable, Hashable, CaseIterable, Comparable {
    /// To look, but not at credentials.
    case read
    /// To work with environments of one's own.
    case use
    /// Everything.
    case admin

    private var rank: Int {
        switch self {
        case .read: 0
        case .use: 1
        case .admin: 2
        }
    }

    package static func < (a: Scope, b: Scope) -> Bool { a.rank < b.rank }
}
