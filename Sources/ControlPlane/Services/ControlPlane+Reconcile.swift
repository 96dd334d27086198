package import Environments

extension ControlPlane {
    /// Compares what exists with the records now, and makes it so unless `dryRun`. What is done is what a dry run right
    /// before would have said.
    package func reconcile(dryRun: Bool) async throws(ControlError) -> ReconcileOutcome {
        let reconciler = try box.runtime().reconciler
        return dryRun ? try await reconciler.dryRun() : try await reconciler.tick()
    }
}
