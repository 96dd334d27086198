package import Postgres

/// The data database of a cloned pair, as sealing needs it.
package struct ClonedData: Sendable {
    /// To the data database, with the rights of the objects' owner.
    package let connection: PostgresConnection
    /// How the environment's own role reaches it: what the catalog names from now on.
    package let access: PostgresConfiguration

    package init(connection: PostgresConnection, access: PostgresConfiguration) {
        self.connection = connection
        self.access = access
    }

    /// The setting's value: user, password, host, port and database, and nothing behind them.
    ///
    /// ExtendDB's server reads it as a URL. Its command line splits it at signs instead: it decodes nothing, wants a
    /// port, and takes a query for part of the database's name. So there is none, and what would need escapes is
    /// refused. (A socket's directory is escaped; only the server can use it.)
    ///
    /// - Throws: `LayoutError` with `.conflict` for a name or a password that the two would read differently.
    func url() throws(LayoutError) -> String {
        let password = access.password ?? ""
        for (what, text) in [("role", access.user), ("password", password), ("database", access.database)] {
            guard text.utf8.allSatisfy(Self.isPlain) else {
                throw LayoutError(
                    .conflict,
                    "the environment's \(what) holds other characters than letters, digits, '-' and '_', which "
                        + "ExtendDB does not read alike everywhere")
            }
        }
        let host =
            access.host.hasPrefix("/") ? access.host.split(separator: "/").map { "%2F" + $0 }.joined() : access.host
        let user = password.isEmpty ? access.user : access.user + ":" + password
        return "postgresql://\(user)@\(host):\(access.port)/\(access.database)"
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
