import CPlatform
import CPostgres

extension PostgresConnection {
    /// Opens a session: name resolution, TCP or Unix socket, TLS, authentication, within `connectTimeout`.
    package static func connect(
        _ configuration: PostgresConfiguration, on loop: PostgresLoop = .shared
    ) async throws(PostgresError) -> PostgresConnection {
        try await connect(configuration, on: loop, onClose: nil)
    }

    static func connect(
        _ configuration: PostgresConfiguration, on loop: PostgresLoop, onClose: (@Sendable () -> Void)?
    ) async throws(PostgresError) -> PostgresConnection {
        let connection = PostgresConnection(configuration: configuration, loop: loop, onClose: onClose)
        let timer = loop.schedule(after: configuration.connectTimeout) {
            let error = PostgresError(
                .timeout, "no connection to \(configuration) within \(configuration.connectTimeout)")
            connection.assumeIsolated { $0.giveUpConnecting(error) }
        }
        defer { loop.cancel(timer) }
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                loop.execute { connection.assumeIsolated { $0.startConnecting(continuation) } }
            }
        } onCancel: {
            loop.execute { connection.assumeIsolated { $0.giveUpConnecting(.cancelled) } }
        }
        try outcome.get()
        return connection
    }

    private func startConnecting(_ continuation: CheckedContinuation<Result<Void, PostgresError>, Never>) {
        if case .closed(let error) = mode { return continuation.resume(returning: .failure(error)) }
        mode = .connecting(continuation)
        guard needsNameResolution else { return begin(openNative(configuration)) }
        // PQconnectStart resolves the name itself, and blocks while it does.
        runBlocking("postgres-resolve") { [configuration, loop] in
            let native = openNative(configuration)
            loop.execute { self.assumeIsolated { $0.begin(native) } }
        }
    }

    private var needsNameResolution: Bool {
        !configuration.host.hasPrefix("/")
            && !configuration.host.utf8.allSatisfy { byte in
                byte == UInt8(ascii: ".") || byte == UInt8(ascii: ":")
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            }
    }

    private func begin(_ native: NativeConnection?) {
        // Otherwise it was given up meanwhile.
        guard case .connecting = mode else { return }
        guard let native else { return giveUpConnecting(PostgresError(.connectionFailed, "out of memory")) }
        self.native = native
        guard PQstatus(native.pointer) != CONNECTION_BAD else { return failConnecting() }
        _ = PQsetErrorVerbosity(native.pointer, PQERRORS_VERBOSE)
        // Without it libpq prints notices to the standard error stream.
        _ = PQsetNoticeProcessor(native.pointer, { _, _ in }, nil)
        watch(native, CS_WRITABLE)
    }

    /// The socket is ready for the next step.
    func pollConnecting() {
        guard let native else { return }
        // libpq may close the socket and open another, even under the same number.
        unwatch(native)
        switch PQconnectPoll(native.pointer) {
        case PGRES_POLLING_READING: watch(native, CS_READABLE)
        case PGRES_POLLING_WRITING: watch(native, CS_WRITABLE)
        case PGRES_POLLING_OK: finishConnecting(native)
        default: failConnecting()
        }
    }

    private func finishConnecting(_ native: NativeConnection) {
        guard case .connecting(let continuation) = mode else { return }
        _ = PQsetErrorVerbosity(native.pointer, PQERRORS_DEFAULT)
        guard PQsetnonblocking(native.pointer, 1) == 0, PQenterPipelineMode(native.pointer) == 1 else {
            return failConnecting()
        }
        watch(native, CS_READABLE)
        mode = .pipeline
        updateStatus()
        continuation?.resume(returning: .success(()))
    }

    private func failConnecting() {
        giveUpConnecting(PostgresError(connecting: native?.message ?? ""))
    }

    func giveUpConnecting(_ error: PostgresError) {
        guard case .connecting(let continuation) = mode else { return }
        end(error)
        continuation?.resume(returning: .failure(error))
    }

    // MARK: The socket

    func watch(_ native: NativeConnection, _ interest: UInt32) {
        native.descriptor = PQsocket(native.pointer)
        native.interest = interest
        native.token = loop.add(native.descriptor, interest: interest, handler: self)
    }

    func unwatch(_ native: NativeConnection) {
        guard native.descriptor >= 0 else { return }
        loop.remove(native.descriptor, token: native.token)
        native.descriptor = -1
    }
}

private func openNative(_ configuration: PostgresConfiguration) -> NativeConnection? {
    withKeywords(configuration) { PQconnectStartParams($0, $1, 0).map(NativeConnection.init) }
}

/// The two arrays that libpq's connect functions take.
func withKeywords<T>(
    _ configuration: PostgresConfiguration,
    _ body: (UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<UnsafePointer<CChar>?>) -> T
) -> T {
    let keywords = configuration.keywords
    return withCStrings(keywords.map(\.keyword)) { names in
        withCStrings(keywords.map(\.value)) { values in body(names, values) }
    }
}

private func withCStrings<T>(_ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> T) -> T {
    var bytes: [CChar] = []
    var offsets: [Int] = []
    for string in strings {
        offsets.append(bytes.count)
        bytes.append(contentsOf: string.utf8.lazy.filter { $0 != 0 }.map { CChar(bitPattern: $0) })
        bytes.append(0)
    }
    return bytes.withUnsafeBufferPointer { buffer in
        var pointers = offsets.map { offset in buffer.baseAddress.map { $0 + offset } }
        pointers.append(nil)
        return pointers.withUnsafeBufferPointer { pointers in
            guard let base = pointers.baseAddress else { preconditionFailure("an array with an element has a base") }
            return body(base)
        }
    }
}

extension PostgresError {
    /// From libpq's verbose message of a failed attempt, the only place where it tells the SQLSTATE:
    /// `connection to server … failed: FATAL:  3D000: database "x" does not exist`, then a line LOCATION.
    init(connecting verbose: String) {
        let lines = verbose.split(separator: "\n", omittingEmptySubsequences: true)
        var text = lines.filter { !$0.hasPrefix("LOCATION:") }.joined(separator: "\n")
        var found: String?
        for severity in ["FATAL:  ", "ERROR:  ", "PANIC:  "] {
            guard let range = text.firstRange(of: severity) else { continue }
            let rest = text[range.upperBound...]
            let state = rest.prefix(5)
            guard state.utf8.count == 5, rest.dropFirst(5).hasPrefix(": ") else { continue }
            found = String(state)
            text.removeSubrange(range.upperBound..<text.index(range.upperBound, offsetBy: 7))
            break
        }
        self.init(.connectionFailed, text.isEmpty ? "no connection" : text)
        sqlState = found
    }
}
