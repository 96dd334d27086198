import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Moments at which a test kills the real process, to prove that the next one finds its way: a testing aid, switched
/// on by naming one of them in `ENVCTL_FAILPOINT`, and nothing else reads that variable.
package enum Failpoint: String, Sendable, CaseIterable {
    /// A request is recorded; nothing is made.
    case requestRecorded = "request.recorded"
    /// New members of a warm pool are recorded; nothing is made.
    case poolRefillRecorded = "pool.refill-recorded"
    /// A member of a warm pool is claimed; nobody was told.
    case poolClaimRecorded = "pool.claim-recorded"
    /// Requests left the queue; nothing of them is made.
    case admissionRecorded = "admission.recorded"
    case cloneBefore = "clone.before-effect"
    case cloneAfter = "clone.after-effect"
    case sealBefore = "seal.before-effect"
    case sealAfter = "seal.after-effect"
    case launchBefore = "launch.before-effect"
    case launchAfter = "launch.after-effect"
    case probeBefore = "probe.before-effect"
    case probeAfter = "probe.after-effect"
    /// `ready` is recorded; nobody was told.
    case readyRecorded = "ready.recorded"
    case stopServerBefore = "stopServer.before-effect"
    case stopServerAfter = "stopServer.after-effect"
    case holdPortBefore = "holdPort.before-effect"
    case holdPortAfter = "holdPort.after-effect"
    case dropPreviousBefore = "dropPrevious.before-effect"
    case dropPreviousAfter = "dropPrevious.after-effect"
    case dropStorageBefore = "dropStorage.before-effect"
    case dropStorageAfter = "dropStorage.after-effect"
    case takePortBefore = "takePort.before-effect"
    case takePortAfter = "takePort.after-effect"
    case importBefore = "import.before-effect"
    case importAfter = "import.after-effect"
    case auroraRestoreBefore = "aurora.restore.before-call"
    case auroraRestoreAfter = "aurora.restore.after-call"
    case auroraInstanceBefore = "aurora.create-instance.before-call"
    case auroraInstanceAfter = "aurora.create-instance.after-call"
    case auroraPasswordBefore = "aurora.set-password.before-call"
    case auroraPasswordAfter = "aurora.set-password.after-call"
    case auroraStartBefore = "aurora.start.before-call"
    case auroraStartAfter = "aurora.start.after-call"
    /// The clone's databases can be connected to; its role is not made.
    case auroraRoleBefore = "aurora.role.before-sql"
    case auroraRoleAfter = "aurora.role.after-sql"
    /// Its relations belong to the role's group and the databases are closed; the endpoint is not recorded.
    case auroraTakenOver = "aurora.take-over.after-sql"
    case auroraProtectionBefore = "aurora.lift-protection.before-call"
    case auroraProtectionAfter = "aurora.lift-protection.after-call"
    case auroraDeleteBefore = "aurora.delete-instance.before-call"
    case auroraDeleteAfter = "aurora.delete-instance.after-call"
    case auroraDeleteClusterBefore = "aurora.delete-cluster.before-call"
    case auroraDeleteClusterAfter = "aurora.delete-cluster.after-call"
    /// AWS has nothing of the clone any more; where another server stands in, its databases are still there.
    case auroraGoneBefore = "aurora.gone.before-record"
    case auroraGoneAfter = "aurora.gone.after-record"
    /// An event was sent to a webhook; that is not recorded.
    case webhookSent = "webhook.sent"
    case dropSnapshotBefore = "dropSnapshot.before-effect"
    case dropSnapshotAfter = "dropSnapshot.after-effect"

    /// Kills this process here if that was asked for, or stops it until somebody continues it; else costs one
    /// comparison.
    package func hit() {
        guard let armed = Failpoint.armed, armed.point == self, !Self.hasHit.exchange(true, ordering: .relaxed) else {
            return
        }
        // To this thread: it goes no step further, whatever the other threads still do.
        raise(armed.signal)
    }

    /// Whether it was hit: a process that was continued is not stopped again.
    private static let hasHit = Atomic(false)

    /// The moment that `ENVCTL_FAILPOINT` names, and the signal: SIGKILL, or SIGSTOP when `:stop` follows the name.
    package static let armed: (point: Failpoint, signal: Int32)? = getenv("ENVCTL_FAILPOINT").flatMap {
        let text = String(cString: $0)
        let name = text.hasSuffix(":stop") ? String(text.dropLast(5)) : text
        return Failpoint(rawValue: name).map { ($0, name == text ? SIGKILL : SIGSTOP) }
    }
}
