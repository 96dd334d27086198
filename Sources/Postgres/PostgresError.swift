/// What went wrong between us and PostgreSQL.
///
/// `description` is safe to log: it names the kind of failure, the SQLSTATE and the objects concerned, and leaves out
/// whatever may quote a row or a parameter (`detail`, `context`, quoted words of data errors).
/// `String(reflecting:)` shows everything.
package struct PostgresError: Error, Sendable, Hashable {
    package enum Code: Sendable, Hashable {
        /// The server refused a statement. `SQLState` names the values we decide on.
        case server(sqlState: String)
        /// No connection could be made (refused, wrong password, no such database, …).
        case connectionFailed
        /// The connection broke; it is unknown whether the statement took effect.
        case connectionLost
        /// `connectTimeout` passed.
        case timeout
        /// Every connection of the pool stayed in use until the deadline, or too many callers wait already.
        case poolExhausted
        /// The pool or the connection was shut down before the call.
        case closed
        /// The calling task was cancelled. A statement that was alone in flight was cancelled on the server too;
        /// otherwise it is unknown whether it took effect.
        case cancelled
        /// A cell does not hold what was asked for.
        case decoding
        /// A parameter cannot be sent (text with a zero byte, more than 65,535 parameters).
        case invalidParameter
        /// A call that makes no sense in the state of the connection, or a malformed configuration.
        case misuse
    }

    package var code: Code
    package var message: String
    package var severity: String?
    package var detail: String?
    package var hint: String?
    package var constraint: String?
    package var schema: String?
    package var table: String?
    package var column: String?
    /// Where in server-side code (a function, a line of COPY input) the error arose.
    package var context: String?
    /// 1-based position in the SQL text, in characters.
    package var position: Int?
    /// The C function of the server that raised the error.
    package var routine: String?
    /// In a pipeline: the index of the statement that failed. The later ones were not run.
    package var statementIndex: Int?
    /// The SQLSTATE, whatever the code: a failed or lost connection may have one as well.
    package var sqlState: String?

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
        if case .server(let sqlState) = code {
            self.sqlState = sqlState
        }
    }
}

/// SQLSTATE values (PostgreSQL's appendix A) that callers decide on.
package enum SQLState {
    package static let featureNotSupported = "0A000"
    package static let notNullViolation = "23502"
    package static let foreignKeyViolation = "23503"
    package static let uniqueViolation = "23505"
    package static let checkViolation = "23514"
    package static let activeTransaction = "25001"
    package static let failedTransaction = "25P02"
    package static let invalidStatementName = "26000"
    package static let invalidPassword = "28P01"
    package static let invalidAuthorization = "28000"
    package static let invalidDatabase = "3D000"
    package static let serializationFailure = "40001"
    package static let deadlockDetected = "40P01"
    package static let syntaxError = "42601"
    package static let undefinedColumn = "42703"
    package static let undefinedTable = "42P01"
    package static let undefinedObject = "42704"
    package static let duplicateDatabase = "42P04"
    package static let duplicateTable = "42P07"
    package static let duplicateObject = "42710"
    package static let diskFull = "53100"
    package static let tooManyConnections = "53300"
    package static let objectInUse = "55006"
    package static let lockNotAvailable = "55P03"
    package static let queryCancelled = "57014"
    package static let adminShutdown = "57P01"
    package static let cannotConnectNow = "57P03"
}

extension PostgresError {
    /// The server rolled the transaction back for a reason that a new attempt cures.
    package var isRetryable: Bool {
        sqlState == SQLState.serializationFailure || sqlState == SQLState.deadlockDetected
    }

    /// There is no use in this connection any more.
    package var isConnectionError: Bool {
        switch code {
        case .connectionFailed, .connectionLost, .closed, .timeout: true
        default: false
        }
    }
}

extension PostgresError: CustomStringConvertible, CustomDebugStringConvertible {
    package var description: String {
        var text = "\(label): \(redactedMessage)"
        for (name, value) in [("constraint", constraint), ("table", table), ("column", column)] {
            if let value { text += ", \(name) \(value)" }
        }
        return text
    }

    package var debugDescription: String {
        var text = "PostgresError \(label): \(message)"
        let extras = [
            ("detail", detail), ("hint", hint), ("constraint", constraint), ("schema", schema), ("table", table),
            ("column", column), ("context", context), ("position", position.map(String.init)), ("routine", routine),
        ]
        for (name, value) in extras {
            if let value { text += "; \(name): \(value)" }
        }
        return text
    }

    private var label: String {
        let name =
            switch code {
            case .server: "server error"
            case .connectionFailed: "connection failed"
            case .connectionLost: "connection lost"
            case .timeout: "timeout"
            case .poolExhausted: "pool exhausted"
            case .closed: "closed"
            case .cancelled: "cancelled"
            case .decoding: "unexpected value"
            case .invalidParameter: "invalid parameter"
            case .misuse: "misuse"
            }
        return sqlState.map { "\(name) \($0)" } ?? name
    }

    /// Class 22 (data exceptions) quotes the offending value in the message itself.
    private var redactedMessage: String {
        guard let sqlState, sqlState.hasPrefix("22") else { return message }
        var result = ""
        var quoted = false
        for character in message {
            if character == "\"" {
                result += quoted ? "…\"" : "\""
                quoted.toggle()
            } else if !quoted {
                result.append(character)
            }
        }
        return result
    }
}
