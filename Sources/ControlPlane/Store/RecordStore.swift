import Environments
import Postgres

/// The records: what is wanted, what is being done and what was done, in PostgreSQL.
///
/// All times are the database's (`clock_timestamp()`), so that replicas on machines whose clocks differ agree about
/// deadlines and leases.
struct RecordStore: Sendable {
    let pool: PostgresPool
    let secrets: SecretBox
    /// Who claims: names this replica, not this process, so that its next process knows the leases for dead.
    let replica: String
    /// Tokens of these records that this process has verified lately.
    let tokens = TokenCache()

    static let channel = "envctl"
    /// What `ChangeHub` calls the stream of all events.
    static let eventsSubject = "events"
}

/// Runs a call to the records and gives what goes wrong as a `ControlError`: unreachable records are worth another
/// try, anything else is a defect that the message names.
@discardableResult
func storing<T>(
    _ purpose: String, _ body: () async throws -> T
) async throws(ControlError) -> T {
    do {
        return try await body()
    } catch let error as ControlError {
        throw error
    } catch let error as PostgresError {
        throw ControlError(purpose: purpose, error)
    } catch is CancellationError {
        throw ControlError(.cancelled, "cancelled while trying to \(purpose)")
    } catch {
        throw ControlError(.failed, "could not \(purpose): \(error)")
    }
}

extension ControlError {
    init(purpose: String, _ error: PostgresError) {
        if error.code == .cancelled {
            self.init(.cancelled, "cancelled while trying to \(purpose)")
        } else if error.sqlState == SQLState.diskFull {
            self.init(.capacity, "could not \(purpose): the disk is full", hint: "free disk space; it is tried again")
        } else if error.sqlState == SQLState.tooManyConnections || error.code == .poolExhausted {
            self.init(
                .capacity, "could not \(purpose): PostgreSQL has no connection left",
                hint: "raise max_connections of the server, or try again later")
        } else if error.isConnectionError || error.sqlState == SQLState.cannotConnectNow
            || error.sqlState == SQLState.adminShutdown
        {
            self.init(
                .unavailable, "could not \(purpose): PostgreSQL does not answer (\(error))",
                hint: "see the server's log below the state directory; `envctl doctor` checks it")
        } else {
            self.init(.failed, "could not \(purpose): \(error)")
        }
    }
}
