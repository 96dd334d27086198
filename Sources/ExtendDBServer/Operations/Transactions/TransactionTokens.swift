import DynamoModel
import ExtendDBLayout
import Postgres
import Synchronization

/// The `ClientRequestToken` of a transaction.
struct TransactionToken: Sendable {
    private let tokens: IdempotencyTokens
    private let claim: IdempotencyTokens.Claim
    private let now: Double

    init(_ tokens: IdempotencyTokens, _ claim: IdempotencyTokens.Claim, now: Double) {
        self.tokens = tokens
        self.claim = claim
        self.now = now
    }

    /// The first statements of the transaction.
    var statements: [PostgresQuery] { [tokens.claim(claim, now: now), tokens.fingerprint(claim)] }

    /// Whether the transaction was carried out before.
    ///
    /// - Parameter results: those of ``statements``.
    /// - Throws: `IdempotentParameterMismatchException` if another one was.
    func isUsed(_ results: ArraySlice<PostgresResult>) throws(WireError) -> Bool {
        guard let claimed = results.first, let found = results.dropFirst().first, claimed.isEmpty else { return false }
        let fingerprint: String?
        do throws(PostgresError) {
            fingerprint = try found.first?[0].string
        } catch {
            throw PostgresErrors.wireError(error)
        }
        guard fingerprint == claim.fingerprint else {
            throw WireError(
                .idempotentParameterMismatchException,
                "DynamoDB rejected the request because you retried a request with a different payload but with an "
                    + "idempotent token that was already used.")
        }
        return true
    }
}

/// When tokens that are valid no longer were last removed: once in the lifetime of a token is enough, and no background
/// work is needed for a database in which nobody uses them.
final class TokenPurges: Sendable {
    private let last = Mutex<Double>(0)

    /// Whether it is time, which the caller then uses.
    func isDue(_ now: Double) -> Bool {
        last.withLock { last in
            guard now >= last + Double(Limits.clientRequestTokenLifetime) else { return false }
            last = now
            return true
        }
    }
}

extension ItemOperations {
    /// The token of a request, if it has one.
    ///
    /// - Parameter parameters: what must be the same in a request with the same token, in canonical form.
    func token(
        _ text: String?, of parameters: [UInt8], _ context: RequestContext
    ) async throws(WireError) -> TransactionToken? {
        guard let text else { return nil }
        if tokenPurges.isDue(context.now) { try await database.write([IdempotencyTokens.purge(now: context.now)]) }
        let tokens = IdempotencyTokens(layout: try await tables.layout())
        let claim = IdempotencyTokens.Claim(account: context.accountID, token: text, request: parameters)
        return TransactionToken(tokens, claim, now: context.now)
    }
}
