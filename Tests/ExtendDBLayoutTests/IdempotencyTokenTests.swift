import ExtendDBLayout
import Postgres
import TestSupport
import Testing

/// `idempotency_tokens` in both of its forms.
@Suite struct IdempotencyTokenTests {
    private func withTokens(
        keyedByAccount: Bool,
        _ body: @Sendable @escaping (IdempotencyTokens, PostgresPool) async throws -> Void
    ) async throws {
        try await TestPostgres.withDatabase { database in
            try await withPostgresPool(database) { pool in
                let columns = keyedByAccount ? "account_id TEXT NOT NULL, token TEXT NOT NULL" : "token TEXT NOT NULL"
                _ = try await pool.query(
                    PostgresQuery(
                        "CREATE TABLE idempotency_tokens (\(columns), fingerprint TEXT NOT NULL, "
                            + "created_at TIMESTAMPTZ NOT NULL DEFAULT now(), "
                            + "PRIMARY KEY (\(keyedByAccount ? "account_id, token" : "token")))"))
                var layout = LayoutProbe.bootstrapped
                layout.hasAccountScopedTokens = keyedByAccount
                try await body(IdempotencyTokens(layout: layout), pool)
            }
        }
    }

    private func claim(_ account: String, _ request: String) -> IdempotencyTokens.Claim {
        IdempotencyTokens.Claim(account: account, token: "t", request: Array(request.utf8))
    }

    /// How many rows a claim affected: whether the token was taken.
    private func claimed(
        _ tokens: IdempotencyTokens, _ claim: IdempotencyTokens.Claim, now: Double, _ pool: PostgresPool
    ) async throws -> Int {
        try await pool.query(tokens.claim(claim, now: now)).count
    }

    private func found(
        _ tokens: IdempotencyTokens, _ claim: IdempotencyTokens.Claim, _ pool: PostgresPool
    ) async throws -> String? {
        try await pool.query(tokens.fingerprint(claim)).first?[0].string
    }

    @Test(arguments: [false, true])
    func `a token is taken once in ten minutes`(keyedByAccount: Bool) async throws {
        try await withTokens(keyedByAccount: keyedByAccount) { (tokens, pool) async throws in
            let (one, two) = (claim("1", "[1]"), claim("1", "[2]"))
            #expect(one.fingerprint != two.fingerprint)
            #expect(try await claimed(tokens, one, now: 1_000, pool) == 1)
            #expect(try await claimed(tokens, two, now: 1_599, pool) == 0)
            #expect(try await found(tokens, two, pool) == one.fingerprint)
            #expect(try await claimed(tokens, two, now: 1_600, pool) == 1)
            #expect(try await found(tokens, two, pool) == two.fingerprint)
            // The other account's token is another one where the table can tell.
            #expect(try await claimed(tokens, claim("2", "[1]"), now: 1_601, pool) == (keyedByAccount ? 1 : 0))
        }
    }

    @Test func `only what is too old is removed`() async throws {
        try await withTokens(keyedByAccount: true) { (tokens, pool) async throws in
            #expect(try await claimed(tokens, claim("1", "[1]"), now: 1_000, pool) == 1)
            #expect(try await claimed(tokens, claim("2", "[1]"), now: 1_001, pool) == 1)
            let removed = try await pool.query(IdempotencyTokens.purge(now: 1_600)).affectedRows
            #expect(removed == 1)
            let left = try await pool.query("SELECT account_id FROM idempotency_tokens").map { try $0[0].string }
            #expect(left == ["2"])
        }
    }

    /// First eight bytes of HMAC-SHA256 with the token as key, as ExtendDB makes it; computed with OpenSSL.
    @Test func `the fingerprint is ExtendDB's`() {
        #expect(claim("1", "[]").fingerprint == "4ad8b05993b3b770")
    }
}
