package import Environments
import Postgres

extension ControlPlane {
    /// Looks at the machine as `Doctor` does, and at what only the running control plane knows.
    /// - Parameter caller: whose environments are counted.
    package func doctor(seenBy caller: Caller = .local) async -> [DoctorCheck] {
        let status = await status(seenBy: caller)
        var reserved: Set<Int>?
        if status.isReady, let runtime = try? box.runtime() { reserved = try? await runtime.store.reservedPorts() }
        var checks = await Doctor(configuration, reservedPorts: reserved, isRunning: true).run()
        checks.append(
            DoctorCheck(
                "control-plane", status.isReady ? .ok : .problem,
                status.isReady ? "takes requests, process \(status.pid)" : status.reason ?? "does not run",
                hint: status.isReady ? nil : "it recovers by itself when that is repaired; see its log"))
        guard status.isReady else { return checks }
        let failed = status.environments[.failed] ?? 0
        checks.append(
            DoctorCheck(
                "environments", failed == 0 ? .ok : .warning, failed == 0 ? "none has failed" : "\(failed) failed",
                hint: failed == 0 ? nil : "`envctl list` shows which; `envctl events NAME` shows why"))
        return checks
    }
}

extension RecordStore {
    /// The ports that environments of this replica have.
    func reservedPorts() async throws(ControlError) -> Set<Int> {
        try await storing("read the ports") {
            let rows = try await pool.query(
                "SELECT port FROM environments WHERE port IS NOT NULL AND coalesce(host, $1) = $1", .text(replica))
            return Set(try rows.map { try $0[0].int })
        }
    }
}
