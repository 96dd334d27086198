import Cryptography
import DynamoModel
package import Postgres

/// Statements on `idempotency_tokens`: which `ClientRequestToken`s of the last ten minutes stand for which request.
///
/// A token's row is written in the transaction that it makes idempotent, so a transaction that is rolled back leaves
/// none. Two requests with one token at the same time are one after the other: the second waits for the first's row.
package struct IdempotencyTokens: Sendable {
    /// How the table is keyed: older databases by the token alone, whatever the account.
    private let keyedByAccount: Bool

    package init(layout: LayoutProbe) {
        keyedByAccount = layout.hasAccountScopedTokens
    }

    /// A token with what it stands for.
    package struct Claim: Sendable {
        let account: String
        let token: String
        package let fingerprint: String

        /// - Parameter request: the parameters that must not change while the token is valid, in a canonical form.
        package init(account: String, token: String, request: [UInt8]) {
            self.account = account
            self.token = token
            // As ExtendDB's own server does it, so that each honours the other's tokens.
            let code = HMACSHA256.authenticate(request, key: Array(token.utf8))
            fingerprint = Hex.encode(code.prefix(8))
        }
    }

    /// Takes the token unless a valid one is there: one row if it was taken, none otherwise.
    ///
    /// - Parameter now: seconds since 1970.
    package func claim(_ claim: Claim, now: Double) -> PostgresQuery {
        let columns = keyedByAccount ? ["account_id", "token"] : ["token"]
        let count = columns.count
        let values = (1...count + 1).map { "$\($0)" }.joined(separator: ", ")
        return PostgresQuery(
            "INSERT INTO idempotency_tokens AS t (\(columns.joined(separator: ", ")), fingerprint, created_at) "
                + "VALUES (\(values), to_timestamp($\(count + 2)::float8)) "
                + "ON CONFLICT (\(columns.joined(separator: ", "))) DO UPDATE "
                + "SET fingerprint = EXCLUDED.fingerprint, created_at = EXCLUDED.created_at "
                + "WHERE t.created_at <= to_timestamp($\(count + 3)::float8) RETURNING TRUE",
            key(claim) + [.text(claim.fingerprint), .double(now), .double(Self.oldest(now))])
    }

    /// The fingerprint of the request that the token stands for: the claim's own, if it was taken.
    package func fingerprint(_ claim: Claim) -> PostgresQuery {
        let condition = keyedByAccount ? "account_id = $1 AND token = $2" : "token = $1"
        return PostgresQuery("SELECT fingerprint FROM idempotency_tokens WHERE \(condition)", key(claim))
    }

    /// Removes tokens that are valid no longer, some of them at a time and none that is in use.
    package static func purge(now: Double) -> PostgresQuery {
        PostgresQuery(
            "DELETE FROM idempotency_tokens WHERE ctid = ANY (ARRAY(SELECT ctid FROM idempotency_tokens "
                + "WHERE created_at <= to_timestamp($1::float8) LIMIT 10000 FOR UPDATE SKIP LOCKED))",
            [.double(oldest(now))])
    }

    private static func oldest(_ now: Double) -> Double {
        now - Double(Limits.clientRequestTokenLifetime)
    }

    private func key(_ claim: Claim) -> [PostgresValue] {
        keyedByAccount ? [.text(claim.account), .text(claim.token)] : [.text(claim.token)]
    }
}
