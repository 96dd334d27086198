import AWS
import AWSClient
import HTTPClient
import Synchronization
import TestSupport
import Testing

/// Sending, retrying and reporting, over answers that are prepared.
@Suite struct SendingTests {
    static let call = AWSCall(service: .rds, operation: "DeleteDBCluster", body: Array("Action=DeleteDBCluster".utf8))

    private func client(
        _ transport: any AWSTransport, _ clock: ManualClock, credentials: (any CredentialProvider)? = nil
    ) -> AWSClient {
        AWSClient(
            settings: AWSSettings(region: "eu-central-1"),
            credentials: credentials
                ?? StaticCredentials(AWSCredentials(accessKeyID: "AKIAEXAMPLE", secretAccessKey: "secret")),
            transport: transport, clock: clock.clock())
    }

    @Test func whatIsSent() async throws {
        let (transport, clock) = (ScriptedTransport([.ok]), ManualClock())
        let reply = try await client(transport, clock).send(Self.call)
        #expect(reply.requestID == "r-2")
        #expect(reply.attempts == 1)
        let request = try #require(transport.requests.first)
        #expect(request.url == "https://rds.eu-central-1.amazonaws.com/")
        let headers = Dictionary(uniqueKeysWithValues: request.headers.map { ($0.0.lowercased(), $0.1) })
        #expect(headers["host"] == "rds.eu-central-1.amazonaws.com")
        #expect(headers["amz-sdk-request"] == "attempt=1; max=3")
        #expect(headers["authorization"]?.contains("/eu-central-1/rds/aws4_request") == true)
    }

    @Test func triesAgainAndPauses() async throws {
        let answers: [ScriptedTransport.Answer] = [.error(400, "Throttling"), .fail(.connectionFailed), .ok]
        let (transport, clock) = (ScriptedTransport(answers), ManualClock())
        #expect(try await client(transport, clock).send(Self.call).attempts == 3)
        #expect(clock.pauses == [0.5, 1])
    }

    @Test func retryAfter() async throws {
        let answers: [ScriptedTransport.Answer] = [
            .error(503, "SlowDown", headers: [("Retry-After", "7")]),
            .error(503, "SlowDown", headers: [("x-amz-retry-after", "2500"), ("Retry-After", "9")]),
            .ok,
        ]
        let (transport, clock) = (ScriptedTransport(answers), ManualClock())
        _ = try await client(transport, clock).send(Self.call)
        #expect(clock.pauses == [7, 2.5])
    }

    @Test func theLastErrorIsTold() async throws {
        let answers = [ScriptedTransport.Answer](repeating: .error(400, "Throttling"), count: 3)
        let (transport, clock) = (ScriptedTransport(answers), ManualClock())
        let error = await #expect(throws: AWSError.self) { try await client(transport, clock).send(Self.call) }
        #expect(error?.description == "RDS DeleteDBCluster: Throttling (400): m [request r-1]")
        #expect(error?.attempts == 3)
        #expect(error?.fault == .retry)
        #expect(error?.isAmbiguous == false)
    }

    /// An answer that never came may have been a success; one retry later the name exists.
    @Test(arguments: [HTTPClientError.Code.timedOut, .connectionLost])
    func lostAnswersAreAmbiguous(code: HTTPClientError.Code) async throws {
        let answers: [ScriptedTransport.Answer] = [.fail(code), .error(400, "DBClusterAlreadyExistsFault")]
        let (transport, clock) = (ScriptedTransport(answers), ManualClock())
        let error = await #expect(throws: AWSError.self) { try await client(transport, clock).send(Self.call) }
        #expect(error?.isAmbiguous == true)
        #expect(error?.fault == .adopt)
    }

    @Test func refusedConnectionsAreNotAmbiguous() async throws {
        let answers = [ScriptedTransport.Answer](repeating: .fail(.connectionFailed), count: 3)
        let (transport, clock) = (ScriptedTransport(answers), ManualClock())
        let error = await #expect(throws: AWSError.self) { try await client(transport, clock).send(Self.call) }
        #expect(error?.isAmbiguous == false)
        #expect(error?.code == "ConnectionFailed")
        #expect(error?.fault == .retry)
    }

    /// A gateway gave up, and its page is not the service's.
    @Test func pagesOfGateways() async throws {
        let answers = [ScriptedTransport.Answer](repeating: .respond(504, "<html>", []), count: 3)
        let (transport, clock) = (ScriptedTransport(answers), ManualClock())
        let error = await #expect(throws: AWSError.self) { try await client(transport, clock).send(Self.call) }
        #expect(error?.code == "UnknownReply")
        #expect(error?.isAmbiguous == true)
        #expect(error?.fault == .retry)
    }

    @Test func theClockIsCorrected() async throws {
        let clock = ManualClock(1_800_000_000)
        // 2027-01-15T08:00:00Z is our time; the server is an hour ahead.
        let date = [("Date", "Fri, 15 Jan 2027 09:00:00 GMT")]
        let transport = ScriptedTransport([.error(403, "RequestTimeTooSkewed", headers: date), .ok, .ok])
        let client = client(transport, clock)
        _ = try await client.send(Self.call)
        _ = try await client.send(Self.call)
        let times = transport.requests.compactMap { $0.headers.first { $0.0 == "X-Amz-Date" }?.1 }
        #expect(times == ["20270115T080000Z", "20270115T090000Z", "20270115T090000Z"])
        #expect(clock.pauses.isEmpty)
    }

    @Test func expiredCredentialsAreRenewed() async throws {
        let clock = ManualClock()
        let number = Mutex(0)
        let credentials = CachedCredentials(clock: clock.clock()) { () async throws(CredentialsError) in
            let next = number.withLock { number in
                number += 1
                return number
            }
            return ResolvedCredentials(
                credentials: AWSCredentials(accessKeyID: "AKIA\(next)", secretAccessKey: "s"), source: "test")
        }
        let transport = ScriptedTransport([.error(403, "ExpiredToken"), .ok])
        _ = try await client(transport, clock, credentials: credentials).send(Self.call)
        let keys = transport.requests.compactMap { request in
            request.headers.first { $0.0 == "Authorization" }?.1.split(separator: "=")[1].split(separator: "/")[0]
        }
        #expect(keys == ["AKIA1", "AKIA2"])
    }

    @Test func withoutRegionOrCredentials() async throws {
        let transport = ScriptedTransport([.ok])
        let none = AWSClient(
            settings: AWSSettings(),
            credentials: StaticCredentials(AWSCredentials(accessKeyID: "a", secretAccessKey: "b")),
            transport: transport, clock: ManualClock().clock())
        let region = await #expect(throws: AWSError.self) { try await none.send(Self.call) }
        #expect(region?.code == "NoRegion")
        #expect(region?.fault == .configuration)
        let chain = CredentialChain(
            ProcessEnvironment(["AWS_EC2_METADATA_DISABLED": "true"], home: "/nonexistent"), transport: transport)
        let error = await #expect(throws: AWSError.self) {
            try await client(transport, ManualClock(), credentials: CachedCredentials(chain)).send(Self.call)
        }
        #expect(error?.code == "NoCredentials")
        #expect(error?.fault == .identity)
        let told = try #require(error?.message)
        for name in ["environment", "shared credentials file", "container", "instance: AWS_EC2_METADATA_DISABLED"] {
            #expect(told.contains(name), "\(told)")
        }
        #expect(transport.requests.isEmpty)
    }

    /// The same over a socket, with a server that closes, stalls and fails before it answers.
    @Test func aServerThatFailsOnPurpose() async throws {
        let count = Mutex(0)
        let server = try LoopbackServer { _ in
            let number = count.withLock { count in
                count += 1
                return count
            }
            switch number {
            case 1: return .close
            case 2: return .hang
            case 3: return .respond("HTTP/1.1 503 Slow Down\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n")
            default:
                let body = "<DeleteDBClusterResponse/>"
                return .respond("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
            }
        }
        defer { server.stop() }
        let clock = ManualClock()
        let client = AWSClient(
            settings: AWSSettings(
                region: "eu-central-1", endpoints: EndpointOverrides(url: "http://127.0.0.1:\(server.port)"),
                retries: RetryRules(maximumAttempts: 5), timeout: .milliseconds(300)),
            credentials: StaticCredentials(AWSCredentials(accessKeyID: "a", secretAccessKey: "b")),
            transport: HTTPClient(), clock: clock.clock())
        let reply = try await client.send(Self.call)
        #expect(reply.attempts == 4)
        #expect(clock.pauses == [0.5, 1, 2])
    }
}
