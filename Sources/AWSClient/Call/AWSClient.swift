import AWS
import HTTPClient
import Synchronization

/// Calls AWS APIs: finds the endpoint, signs, sends, and retries as the SDKs' standard mode does.
package final class AWSClient: Sendable {
    package let settings: AWSSettings
    private let credentials: any CredentialProvider
    private let transport: any AWSTransport
    private let clock: AWSClock
    private let state = Mutex(State())

    /// What calls learn from one another.
    private struct State {
        var tokens = RetryTokens()
        /// Seconds by which a service's clock runs ahead of ours, by endpoint.
        var clockOffsets: [Endpoint: Int64] = [:]
    }

    package init(
        settings: AWSSettings, credentials: any CredentialProvider, transport: any AWSTransport,
        clock: AWSClock = .system
    ) {
        self.settings = settings
        self.credentials = credentials
        self.transport = transport
        self.clock = clock
    }

    /// Sends a call and retries it where that can help.
    package func send(_ call: AWSCall) async throws(AWSError) -> AWSReply {
        guard let region = call.region ?? settings.region else {
            throw failure(
                call, .noRegion,
                "no region: name one, or set AWS_REGION or 'region' in the profile of the AWS config file")
        }
        let endpoint = try endpoint(for: call, region: region)
        var attempt = 1
        var isAmbiguous = false
        var isRefreshed = false
        var lastCost: Int?
        while true {
            let signed = try await request(call, to: endpoint, region: region, attempt: attempt)
            let response = await answer(to: signed.request)
            if case .success(let response) = response, (200..<300).contains(response.status) {
                state.withLock { $0.tokens.giveBack(lastCost ?? RetryTokens.success) }
                return AWSReply(
                    status: response.status, requestID: Self.requestID(of: response), body: response.body,
                    attempts: attempt)
            }
            let (outcome, error) = examine(response, call, attempt: attempt, isAmbiguous: &isAmbiguous)
            guard let outcome else { throw error }
            let decision = state.withLock { state in
                let before = state.tokens.available
                let decision = settings.retries.decide(
                    outcome, attempt: attempt, signedAt: signed.time, localTime: clock.now(), isRefreshed: isRefreshed,
                    tokens: &state.tokens, random: clock.random())
                lastCost = before - state.tokens.available
                if case .againWithClock(let offset) = decision { state.clockOffsets[endpoint] = offset }
                return decision
            }
            switch decision {
            case .giveUp:
                throw error
            case .againWithClock:
                break
            case .againWithNewCredentials:
                guard let used = signed.credentials else { throw error }
                await credentials.discard(used)
                isRefreshed = true
            case .again(let seconds):
                do {
                    try await clock.pause(seconds)
                } catch {
                    throw cancelled(call, attempts: attempt, isAmbiguous: isAmbiguous)
                }
            }
            attempt += 1
        }
    }

    // MARK: - One request

    private struct SignedRequest {
        let request: HTTPRequest
        let time: Timestamp
        let credentials: AWSCredentials?
    }

    private func request(
        _ call: AWSCall, to endpoint: Endpoint, region: String, attempt: Int
    ) async throws(AWSError) -> SignedRequest {
        var request = SignableRequest(
            method: call.method, host: endpoint.host, path: endpoint.basePath + call.path, query: call.query,
            headers: call.headers, body: call.body)
        request.headers.append(("User-Agent", "envctl"))
        request.headers.append(("amz-sdk-request", "attempt=\(attempt); max=\(settings.retries.maximumAttempts)"))
        let offset = state.withLock { $0.clockOffsets[endpoint] ?? 0 }
        let time = Timestamp(unixSeconds: clock.now().unixSeconds + offset)
        var used: AWSCredentials?
        if call.isSigned {
            do {
                used = try await credentials.credentials().credentials
            } catch {
                throw failure(call, .noCredentials, error.message, attempts: attempt - 1)
            }
        }
        if let used {
            SigV4Signer(credentials: used, region: region, service: call.service.signingName)
                .sign(&request, at: time.signingTime)
        }
        return SignedRequest(
            request: HTTPRequest(
                method: request.method, url: endpoint.origin + request.target,
                headers: request.headers.filter { $0.0 != "Host" } + [("Host", endpoint.host)], body: request.body,
                timeout: settings.timeout, connectTimeout: settings.connectTimeout,
                maximumResponseBytes: settings.maximumReplyBytes),
            time: time, credentials: used)
    }

    private func answer(to request: HTTPRequest) async -> Result<HTTPResponse, HTTPClientError> {
        do {
            return .success(try await transport.send(request))
        } catch {
            return .failure(error)
        }
    }

    /// What a failed request means: for the retry rules (nil: nothing can help) and for the caller.
    private func examine(
        _ response: Result<HTTPResponse, HTTPClientError>, _ call: AWSCall, attempt: Int, isAmbiguous: inout Bool
    ) -> (RetryRules.Outcome?, AWSError) {
        switch response {
        case .failure(let failure):
            let (code, mayHaveArrived, isRetryable) = Self.transportFailure(failure.code)
            isAmbiguous = isAmbiguous || mayHaveArrived
            let error = self.failure(
                call, code, failure.message, attempts: attempt, isAmbiguous: isAmbiguous)
            return (isRetryable ? .noAnswer(isTimeout: failure.code == .timedOut) : nil, error)
        case .success(let response):
            let said = ServiceError(response, form: call.service.errors)
            // Something between us and the service gave up waiting for it.
            isAmbiguous = isAmbiguous || [502, 503, 504].contains(response.status) && said == nil
            let code = said?.code ?? AWSError.Code.unknownReply.rawValue
            let error = AWSError(
                service: call.service.id, operation: call.operation, status: response.status, code: code,
                message: said?.message ?? "HTTP status \(response.status) without an error of the service",
                requestID: said?.requestID ?? Self.requestID(of: response), attempts: attempt,
                isAmbiguous: isAmbiguous)
            let date = response.header("Date").flatMap { Timestamp(httpDate: $0) }
            return (
                .refused(
                    code: code, status: response.status,
                    retryAfter: RetryAfter.seconds(response, now: clock.now()), serverTime: date),
                error
            )
        }
    }

    /// The code, whether the request may have arrived, and whether another one may fare better.
    private static func transportFailure(
        _ code: HTTPClientError.Code
    ) -> (AWSError.Code, mayHaveArrived: Bool, isRetryable: Bool) {
        switch code {
        case .connectionFailed: (.connectionFailed, false, true)
        case .connectionLost: (.connectionLost, true, true)
        case .nameNotResolved: (.nameNotResolved, false, true)
        case .timedOut: (.timedOut, true, true)
        case .tls: (.tls, false, false)
        case .cancelled: (.cancelled, true, false)
        case .invalidURL: (.invalidConfiguration, false, false)
        case .responseTooLarge: (.unreadableReply, true, false)
        case .other: (.other, true, true)
        }
    }

    private func endpoint(for call: AWSCall, region: String) throws(AWSError) -> Endpoint {
        do {
            return try settings.endpoint(of: call.service, region: region)
        } catch {
            throw failure(call, .invalidConfiguration, error.message)
        }
    }

    private static func requestID(of response: HTTPResponse) -> String? {
        response.header("x-amzn-RequestId") ?? response.header("x-amz-request-id")
    }

    private func failure(
        _ call: AWSCall, _ code: AWSError.Code, _ message: String, attempts: Int = 0, isAmbiguous: Bool = false
    ) -> AWSError {
        AWSError(
            service: call.service.id, operation: call.operation, code: code, message: message, attempts: attempts,
            isAmbiguous: isAmbiguous)
    }

    private func cancelled(_ call: AWSCall, attempts: Int, isAmbiguous: Bool) -> AWSError {
        failure(call, .cancelled, "the call was cancelled", attempts: attempts, isAmbiguous: isAmbiguous)
    }
}
