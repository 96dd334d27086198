package import DynamoModel
import ExtendDBLayout
package import Postgres

/// What a failure of the database becomes on the wire. SQL and values never reach a client; the log gets the kind of
/// failure with the request's identifier.
package enum PostgresErrors {
    /// Runs `work`, and turns what PostgreSQL says into an error for the client. Errors that are for the client
    /// already pass unchanged.
    package nonisolated(nonsending) static func wire<Value: Sendable>(
        _ work: () async throws -> Value
    ) async throws(WireError) -> Value {
        do {
            return try await work()
        } catch let error as WireError {
            throw error
        } catch let error as PostgresError {
            throw wireError(error)
        } catch let error as LayoutError {
            RequestLog.current?.layout(error)
            throw internalError
        } catch {
            // A cancelled task: the server is stopping, and the client may try another time.
            throw unavailable
        }
    }

    /// The client's view of a database failure; its kind goes to the log.
    package static func wireError(_ error: PostgresError) -> WireError {
        let wireError = translate(error)
        if wireError.httpStatus >= 500 {
            RequestLog.current?.database(error)
        }
        return wireError
    }

    /// Whether the client should try again at once is in the status: the SDKs repeat 500 and 503.
    private static func translate(_ error: PostgresError) -> WireError {
        switch error.sqlState {
        case SQLState.undefinedTable:
            // The relation of a table went away between the look into the catalog and the statement.
            return WireError(.resourceNotFoundException, "Requested resource not found")
        case SQLState.tooManyConnections, SQLState.adminShutdown, SQLState.cannotConnectNow:
            return unavailable
        case SQLState.diskFull:
            return WireError(.internalServerError, "The storage of this environment is full")
        default:
            break
        }
        return switch error.code {
        case .connectionFailed, .poolExhausted, .closed, .timeout, .cancelled: unavailable
        case .server, .connectionLost, .decoding, .invalidParameter, .misuse: internalError
        }
    }

    private static let unavailable = WireError(
        .serviceUnavailable, "Service unavailable. Please try again later.")
    private static let internalError = WireError(.internalServerError, "Internal server error")
}
