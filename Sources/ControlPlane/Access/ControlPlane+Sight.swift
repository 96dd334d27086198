package import Environments

/// What the calls that are about the whole control plane show to one whose token is bound to a part of it.
extension ControlPlane {
    /// ``status()`` with the environments, snapshots and pools that are there for `caller` alone. Ports and the database
    /// are the machine's, and the same for everybody.
    package func status(seenBy caller: Caller) async -> ControlPlaneStatus {
        var status = await status()
        guard caller.isBound else { return status }
        // What cannot be told apart is not shown.
        status.environments = [:]
        status.snapshots = 0
        status.pools = status.pools.filter { caller.sees(snapshot: $0.snapshot.text) }
        guard status.isReady else { return status }
        do throws(ControlError) {
            let seen = try await environments.list().filter { caller.sees($0) }
            status.environments = Dictionary(grouping: seen, by: \.phase).mapValues(\.count)
            status.snapshots = try await snapshots.list().count { caller.sees(snapshot: $0.name.text) }
        } catch {
            status.isReady = false
            status.reason = error.message
        }
        return status
    }

    /// AWS is asked about a cluster on behalf of administrators, and of others about the snapshots that they see: the
    /// control plane's credentials at AWS reach further than what is registered.
    ///
    /// - Throws: `forbidden`, the same whether there is such a snapshot or not.
    package func checkMayAskAWS(about name: String, _ caller: Caller) async throws(ControlError) {
        guard caller.scope != .admin else { return }
        let isSeen =
            if caller.sees(snapshot: name) {
                try await snapshots.list().contains { $0.name.text == name }
            } else {
                false
            }
        guard isSeen else {
            throw ControlError(
                .forbidden, subject: name, "this token may not have AWS asked about '\(name)'",
                hint: "name a snapshot that `envctl snapshot list` shows, or use a token with the scope admin")
        }
    }
}
