import CPlatform
import Postgres
import Synchronization

/// Starts the server once, on a thread that lives as long as the process: on Linux the server gets its death signal
/// when the *thread* that started it ends.
final class Starter: Sendable {
    private enum State {
        case new
        case starting([CheckedContinuation<Result<TestPostgres, any Error>, Never>])
        case done(Result<TestPostgres, any Error>)
    }

    private let state = Mutex(State.new)

    func value() async throws -> TestPostgres {
        let result = await withCheckedContinuation { continuation in
            var mustStart = false
            let known = state.withLock { state -> Result<TestPostgres, any Error>? in
                switch state {
                case .new:
                    state = .starting([continuation])
                    mustStart = true
                    return nil
                case .starting(let waiters):
                    state = .starting(waiters + [continuation])
                    return nil
                case .done(let result):
                    return result
                }
            }
            if let known { continuation.resume(returning: known) }
            if mustStart { startThread() }
        }
        return try result.get()
    }

    private func startThread() {
        let context = Unmanaged.passRetained(self).toOpaque()
        let status = cs_thread_start(
            "test-postgres",
            { context in
                guard let context else { return }
                Unmanaged<Starter>.fromOpaque(context).takeUnretainedValue().runThread()
            }, context)
        if status != 0 { finish(.failure(TestSupportError("no thread for the test server: errno \(-status)"))) }
    }

    private func runThread() -> Never {
        finish(Result { try start() })
        while true { pauseThread() }
    }

    private func start() throws -> TestPostgres {
        if let url = environment("ENVCTL_TEST_POSTGRES_URL") {
            let configuration = try PostgresConfiguration(url: url)
            return TestPostgres(configuration: configuration, tcpConfiguration: configuration, dataDirectory: nil)
        }
        return try TestCluster.start()
    }

    private func finish(_ result: Result<TestPostgres, any Error>) {
        let waiters = state.withLock { state in
            defer { state = .done(result) }
            if case .starting(let waiters) = state { return waiters }
            return []
        }
        for waiter in waiters { waiter.resume(returning: result) }
    }
}

package struct TestSupportError: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
