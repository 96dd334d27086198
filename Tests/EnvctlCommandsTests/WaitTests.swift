import ArgumentParser
import ControlPlaneAPI
import EnvctlCommands
import Environments
import Synchronization
import TestSupport
import Testing

@Suite struct WaitTests {
    private static func environment(_ phase: Phase) -> EnvironmentResource {
        var environment = EnvironmentViewTests.environment
        environment.phase = phase.rawValue
        environment.reason = "deleted on request"
        return environment
    }

    /// Waits on a control plane that answers with these phases one after the other.
    private func wait(
        from start: Phase, _ phases: [Phase], outlastsDeletion: Bool = false
    ) async throws -> (result: Result<EnvironmentResource, ControlError>, calls: Int) {
        let bodies = try phases.map {
            String(decoding: try APICoding.encode(Self.environment($0)), as: UTF8.self)
        }
        let calls = Mutex(0)
        let server = try LoopbackServer { _ in
            let call = calls.withLock { calls in
                calls += 1
                return calls
            }
            guard call <= bodies.count else { return .close }
            let body = bodies[call - 1]
            return .respond("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
        }
        defer { server.stop() }
        let context = try CommandContext(try GlobalOptions.parse(["--output", "json"]))
        let client = APIClient(
            target: .init(url: "http://127.0.0.1:\(server.port)", token: "t", isRemote: true))
        let result: Result<EnvironmentResource, ControlError>
        do throws(ControlError) {
            result = .success(
                try await EnvironmentWait(client: client, context: context)
                    .untilReady(Self.environment(start), seconds: 60, outlastsDeletion: outlastsDeletion))
        } catch {
            result = .failure(error)
        }
        return (result, calls.withLock { $0 })
    }

    private func failure(_ result: Result<EnvironmentResource, ControlError>) -> ControlError? {
        if case .failure(let error) = result { return error }
        return nil
    }

    /// What the refusal of a clone of that name advises.
    @Test func whatIsBeingDeletedIsWaitedForUntilItIsGone() async throws {
        let (result, calls) = try await wait(from: .deleting, [.deleting, .deleted], outlastsDeletion: true)
        #expect(failure(result)?.code == .notFound)
        #expect(failure(result)?.message == "pr-1 is gone: deleted on request")
        #expect(calls == 2)
    }

    /// A clone that somebody deletes while its user waits never becomes ready.
    @Test func aDeletionMeanwhileEndsTheWaitAtOnce() async throws {
        let (result, calls) = try await wait(from: .cloning, [.deleting])
        #expect(failure(result)?.code == .failed)
        #expect(failure(result)?.message == "pr-1 is deleting: deleted on request")
        #expect(calls == 1)
    }

    @Test func whatHasExpiredIsSaidToBeRestorable() async throws {
        let (result, calls) = try await wait(from: .expiring, [])
        #expect(failure(result)?.hint?.contains("envctl restore pr-1") == true)
        #expect(calls == 0)
    }

    @Test func readyIsTheEnd() async throws {
        let (result, _) = try await wait(from: .cloning, [.sealing, .ready])
        #expect(try result.get().phase == "ready")
    }

    @Test func theQueueIsShownWithWhenThereIsRoom() {
        var place = QueuePlaceResource(
            owner: "ci", queuedAt: "2026-01-01T00:00:00.000Z", position: 1, length: 3, limit: "ports")
        #expect(place.progress == "1 of 3, for room below the limit 'ports'")
        place.estimatedAt = "2026-01-01T02:00:00.000Z"
        #expect(
            place.progress
                == "1 of 3, for room below the limit 'ports', by 2026-01-01T02:00:00.000Z at the latest "
                + "if nobody extends anything")
    }
}
