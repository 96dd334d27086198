import CPostgres

/// Asks a server whether it takes connections, without a session. Blocks; for the start of a server of our own.
package enum PostgresProbe {
    package static func accepts(_ configuration: PostgresConfiguration) -> Bool {
        var short = configuration
        short.options["connect_timeout"] = "2"
        return withKeywords(short) { PQpingParams($0, $1, 0) } == PQPING_OK
    }
}
