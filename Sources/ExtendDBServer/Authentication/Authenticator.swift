import AWS
import DynamoModel
import NIOCore
import NIOHTTP1

/// Finds out who signed a request. Signatures are always verified: there is no switch that turns it off.
///
/// The order is the service's: form of the header, then the access key, then date, session token and signature.
/// The scope's region is not compared with the server's: an environment has one endpoint and one region, and a client
/// that was built for another region still means this endpoint. ExtendDB does the same.
struct Authenticator: Sendable {
    private let credentials: CredentialCache
    private let verifier = SigV4Verifier(service: "dynamodb")

    init(credentials: CredentialCache) {
        self.credentials = credentials
    }

    /// - Parameters:
    ///   - bodyHash: Lower-case hexadecimal SHA-256 of the body that came.
    ///   - now: Seconds since 1970.
    func identity(
        of request: WireRequest, bodyHash: String, now: Double
    ) async throws(WireError) -> Identity {
        let received = ReceivedRequest(
            method: request.method.rawValue, path: String(request.path), query: String(request.query),
            headers: request.headers.map { ($0.name, $0.value) }, bodyHash: bodyHash)
        let claim: SigV4Verifier.Claim
        do throws(SigV4Refusal) {
            claim = try verifier.examine(received)
        } catch {
            throw Self.wireError(error.verdict)
        }
        let accessKeyID = claim.authorization.accessKeyID
        guard let credential = try await credentials.credential(accessKeyID) else {
            throw Self.unrecognized
        }
        let verdict = verifier.verify(
            claim, of: received, secret: credential.secretAccessKey, sessionToken: credential.sessionToken,
            now: SigningTime(unixSeconds: Int64(now)))
        guard verdict == .accepted else { throw Self.wireError(verdict) }
        // Only after the signature: whoever does not hold the secret learns nothing about the key.
        guard credential.isActive else { throw Self.unrecognized }
        if let expiry = credential.expiresAt, expiry <= now {
            throw WireError(.expiredTokenException, "The security token included in the request is expired")
        }
        return Identity(accountID: credential.accountID, principal: credential.principal, accessKeyID: accessKeyID)
    }

    private static let unrecognized = WireError(
        .unrecognizedClientException, "The security token included in the request is invalid.")

    static func wireError(_ verdict: SigV4Verdict) -> WireError {
        switch verdict {
        case .accepted: WireError(.internalServerError, "Internal server error")
        case .missingAuthentication: WireError(.missingAuthenticationTokenException, verdict.detail)
        case .incomplete: WireError(.incompleteSignatureException, verdict.detail)
        case .wrongSessionToken: unrecognized
        case .unacceptable, .expired, .notYetValid, .wrongPayloadHash, .mismatch:
            WireError(.invalidSignatureException, verdict.detail)
        }
    }
}
