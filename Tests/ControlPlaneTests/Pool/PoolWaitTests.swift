import Environments
import Postgres
import Testing

@testable import ControlPlane

/// Whoever waits for a warm pool that can never fill is told so, and why.
@Suite struct PoolWaitTests {
    @Test func theFailureOfAnImportEndsTheWait() async throws {
        try await LifecycleHarness.with {
            $0.poolSize = 2
        } _: { harness in
            try await harness.addSnapshot("bad")
            try await harness.store.pool.query(
                """
                UPDATE generations SET state = 'failed', reason = 'item 7 is damaged'
                WHERE snapshot_id = (SELECT id FROM snapshots WHERE name = 'bad')
                """)
            let start = ContinuousClock.now
            let error = await #expect(throws: ControlError.self) {
                try await harness.pools.wait("bad", timeout: .seconds(60))
            }
            #expect(start.duration(to: .now) < .seconds(30))
            #expect(error?.code == .failed)
            #expect(
                error?.message
                    == "the warm pool of 'bad' cannot be filled: its import failed: item 7 is damaged")
            // One that is to hold nothing holds that.
            _ = try await harness.pools.set("bad", size: 0)
            #expect(try await harness.pools.wait("bad", timeout: .seconds(60)).ready == 0)
        }
    }
}
