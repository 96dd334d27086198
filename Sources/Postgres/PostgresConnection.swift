import CPlatform
import CPostgres
import Synchronization

/// One session with PostgreSQL, on the thread of a loop.
///
/// Any number of tasks may call `query` and `pipeline` at the same time: statements are sent without waiting for the
/// answers to earlier ones (libpq's pipeline mode) and answered in order. Each call has a Sync of its own, so a failed
/// call does not touch the others. `execute(script:)` and `copyIn` wait until nothing is in flight and hold later
/// calls back until they are done.
///
/// What changes the session (`transaction`, SET, LISTEN, temporary tables) concerns all callers of a connection: use
/// it on a connection of one's own.
///
/// A cancelled task gets `.cancelled`. When its statement is alone in flight the server is asked to cancel it and its
/// answer is awaited; otherwise the statement runs to its end and the answer is dropped.
package actor PostgresConnection {
    package nonisolated let configuration: PostgresConfiguration
    nonisolated let loop: PostgresLoop
    nonisolated let status = ConnectionStatus()
    /// Told once, on the loop's thread, when the session is over for whatever reason.
    nonisolated let onClose: (@Sendable () -> Void)?

    package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    enum Mode {
        case connecting(CheckedContinuation<Result<Void, PostgresError>, Never>?)
        case pipeline
        /// Outside pipeline mode, for one request.
        case simple(Request)
        /// The server waits for rows.
        case copying
        case closed(PostgresError)
    }

    /// An answer that the server owes, in the order of sending.
    enum Step {
        case prepare(Request, sql: String, name: String)
        case execute(Request)
        case deallocate(name: String)
        case sync(Request?)
    }

    var mode = Mode.connecting(nil)
    var native: NativeConnection?
    /// Not sent yet.
    var queue = Queue<Request>()
    /// Sent, unanswered.
    var owed = Queue<Step>()
    /// The first owed answer has arrived; its end has not.
    var answerSeen = false
    var statements = StatementCache(capacity: PostgresConnection.preparedStatements)
    /// The request that has the connection for itself.
    var current: Request?
    /// Statements that the server still holds and nobody uses.
    var unused: [String] = []
    /// A cancel request is on its way: nothing may be sent that it could hit.
    var isCancelling = false
    /// The server's last words, when it ended the session.
    var fatal: PostgresError?
    var copy = CopyState()
    var listeners: [Int: AsyncStream<PostgresNotification>.Continuation] = [:]
    var nextListener = 0

    /// Statements kept prepared on a connection.
    static let preparedStatements = 256

    init(
        configuration: PostgresConfiguration, loop: PostgresLoop, onClose: (@Sendable () -> Void)?
    ) {
        self.configuration = configuration
        self.loop = loop
        self.onClose = onClose
    }

    deinit {
        for listener in listeners.values { listener.finish() }
    }

    // MARK: Statements

    @discardableResult
    package nonisolated(nonsending) func query(_ query: PostgresQuery) async throws(PostgresError) -> PostgresResult {
        let results = try await perform(.batch([EncodedQuery(query)]))
        guard let result = results.first else { throw PostgresError(.connectionLost, "a statement had no answer") }
        return result
    }

    @discardableResult
    package nonisolated(nonsending) func query(
        _ sql: String, _ parameters: PostgresValue...
    ) async throws(PostgresError) -> PostgresResult {
        try await query(PostgresQuery(sql, parameters))
    }

    /// Sends all statements at once: one round trip. Outside a transaction they are one transaction of their own, all
    /// or nothing (unless one of them is BEGIN, COMMIT or the like); inside one they are part of it. The error of the
    /// first failed statement carries its `statementIndex`.
    @discardableResult
    package nonisolated(nonsending) func pipeline(
        _ queries: [PostgresQuery]
    ) async throws(PostgresError) -> [PostgresResult] {
        var encoded: [EncodedQuery] = []
        encoded.reserveCapacity(queries.count)
        for query in queries { encoded.append(try EncodedQuery(query)) }
        guard !encoded.isEmpty else { return [] }
        return try await perform(.batch(encoded))
    }

    /// Several statements separated by semicolons, without parameters, in one transaction of their own. COPY is
    /// refused.
    @discardableResult
    package nonisolated(nonsending) func execute(script: String) async throws(PostgresError) -> [PostgresResult] {
        guard !script.utf8.contains(0) else { throw PostgresError(.invalidParameter, "the script holds a zero byte") }
        return try await perform(.script(script))
    }

    /// Ends the session. Calls that wait for an answer fail with `.closed`.
    package nonisolated(nonsending) func close() async {
        await withCheckedContinuation { continuation in
            loop.execute {
                self.assumeIsolated { $0.end(PostgresError(.closed, "the connection was closed")) }
                continuation.resume()
            }
        }
    }

    /// Submits a request and waits for its answer. `cancellable: false` is for what must be said in any case, such as
    /// ROLLBACK.
    nonisolated(nonsending) func perform(
        _ work: Request.Work, cancellable: Bool = true
    ) async throws(PostgresError) -> [PostgresResult] {
        let request = Request(work)
        guard cancellable else { return try await submitAndWait(request).get() }
        let outcome = await withTaskCancellationHandler {
            await submitAndWait(request)
        } onCancel: {
            loop.execute { self.assumeIsolated { $0.cancel(request) } }
        }
        return try outcome.get()
    }

    private nonisolated(nonsending) func submitAndWait(_ request: Request) async -> Outcome {
        await withCheckedContinuation { continuation in
            loop.execute { self.assumeIsolated { $0.submit(request, continuation) } }
        }
    }
}

/// What other threads may know of a connection without asking it.
final class ConnectionStatus: Sendable {
    enum Value: UInt8 {
        /// Open, nothing in flight, outside a transaction.
        case clean
        /// Open; something is in flight or a transaction is open.
        case busy
        case closed
    }

    private let raw = Atomic<UInt8>(Value.busy.rawValue)

    var value: Value {
        get { Value(rawValue: raw.load(ordering: .acquiring)) ?? .closed }
        set { raw.store(newValue.rawValue, ordering: .releasing) }
    }
}

/// Owns a `PGconn`.
///
/// Unchecked: used on the loop's thread only, except that the last reference may go away on another one, where
/// nothing else can use it any more.
final class NativeConnection: @unchecked Sendable {
    let pointer: OpaquePointer
    /// The socket as it is registered with the loop.
    var descriptor: CInt = -1
    var token: UInt64 = 0
    var interest: UInt32 = 0

    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        PQfinish(pointer)
    }

    var message: String { PQerrorMessage(pointer).map { trimmed($0) } ?? "" }
}
