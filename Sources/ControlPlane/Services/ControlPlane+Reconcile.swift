package import Environments

extension ControlPlane {
    /// Compares what exists with the records now, and makes it so unless `dryRun`. What is done is what a dry run right
    /// before would have said.
    package func reconcile(
        dryRun: Bool, by actor: Actor = .local
    ) async throws(ControlError) -> ReconcileOutcome {
        let runtime = try box.runtime()
        guard !dryRun else { return try await runtime.reconciler.dryRun() }
        try await runtime.store.note(
            .installation, runtime.installation.text, kind: "reconcile-requested",
            message: "what exists is made equal to what is recorded", by: actor)
        return try await runtime.reconciler.tick()
    }
}
