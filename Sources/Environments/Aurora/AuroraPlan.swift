/// The next call for a clone, or why there is none.
package enum AuroraStep: Hashable, Sendable {
    /// `RestoreDBClusterToPointInTime`, copy-on-write.
    case restore
    /// `CreateDBInstance`, with this identifier.
    case createInstance(String)
    /// `ModifyDBCluster` with the clone's own master password.
    case setPassword
    /// `StartDBCluster`: a stopped cluster can neither be used nor deleted.
    case start
    /// Nothing more at AWS: connect to its databases.
    case connect
    /// `ModifyDBCluster` without deletion protection, on what is ours.
    case liftProtection
    case deleteInstance(String)
    case deleteCluster
    /// Nothing of it is left.
    case gone
    /// Look again later; the text says at what.
    case wait(String)
    /// It cannot go on.
    case refuse(ControlError)
}

/// What a clone is to be and how far it is known to have come.
package struct AuroraClone: Hashable, Sendable {
    package var identifier: String
    package var mark: AuroraMark
    /// Whether the call that sets the clone's own master password has succeeded.
    package var hasOwnPassword: Bool

    package init(mark: AuroraMark, hasOwnPassword: Bool) {
        identifier = AuroraNames.cluster(mark.installation, mark.environment, incarnation: mark.incarnation)
        self.mark = mark
        self.hasOwnPassword = hasOwnPassword
    }

    package var instance: String { AuroraNames.instance(ofCluster: identifier) }
}

/// The way of a clone to its databases and back to nothing, as a function of what is recorded and what is seen.
///
/// Like `EnvironmentMachine` it is level-triggered: it looks at what exists and never at what led to it, so a call whose
/// answer was lost is neither repeated blindly nor forgotten. No step of it names anything but the clone's own
/// identifier and instances that carry its mark.
package enum AuroraPlan {
    /// The next step towards a clone that can be connected to.
    package static func creation(_ clone: AuroraClone, _ seen: AuroraSighting) -> AuroraStep {
        guard let cluster = seen.cluster(clone.identifier) else {
            // What a stale list does not show answers the call with "exists already", and is adopted then.
            return .restore
        }
        if cluster.tags.isEmpty, case .busy = cluster.status { return .wait("the cluster has no tags yet") }
        guard cluster.mark == clone.mark else { return .refuse(taken(clone.identifier)) }
        switch cluster.status {
        case .deleting: return .wait("the cluster \(clone.identifier) is being deleted by somebody else")
        case .stopped: return .start
        case .busy(let status): return .wait("the cluster is \(status)")
        case .unknown(let status): return .wait("the cluster is in the unknown status '\(status)'")
        case .broken(let status): return .refuse(broken("cluster \(clone.identifier)", status))
        case .available: return compute(clone, seen)
        }
    }

    private static func compute(_ clone: AuroraClone, _ seen: AuroraSighting) -> AuroraStep {
        guard let instance = seen.instances.first(where: { $0.identifier == clone.instance }) else {
            return .createInstance(clone.instance)
        }
        guard instance.cluster == clone.identifier, instance.mark == clone.mark || instance.tags.isEmpty else {
            return .refuse(taken(clone.instance))
        }
        switch instance.status {
        case .available: return clone.hasOwnPassword ? .connect : .setPassword
        case .deleting: return .wait("the instance is being deleted by somebody else")
        case .stopped, .busy, .unknown: return .wait("the instance is \(instance.status.text)")
        case .broken(let status): return .refuse(broken("instance \(clone.instance)", status))
        }
    }

    /// The next step towards nothing: instances first, then the cluster.
    ///
    /// - Parameter isOverdue: whether the status lasts for longer than any should: then AWS is asked all the same, and
    ///   refuses what cannot be.
    package static func deletion(
        _ clone: AuroraClone, _ seen: AuroraSighting, isOverdue: Bool = false
    ) -> AuroraStep {
        guard let cluster = seen.cluster(clone.identifier) else { return .gone }
        guard cluster.mark == clone.mark else { return .refuse(taken(clone.identifier)) }
        let instances = seen.instances(of: clone.identifier)
        switch cluster.status {
        case .deleting: return .wait("the cluster is being deleted")
        case .stopped: return .start
        case .busy(let status) where !isOverdue: return .wait("the cluster is \(status)")
        case .unknown(let status) where !isOverdue:
            return .wait("the cluster is in the unknown status '\(status)'")
        case .available, .broken, .busy, .unknown: break
        }
        if let foreign = instances.first(where: { $0.mark != clone.mark }) {
            return .refuse(
                ControlError(
                    .conflict, subject: foreign.identifier,
                    "instance \(foreign.identifier) in the clone \(clone.identifier) does not carry its mark",
                    hint: "delete that instance; envctl deletes nothing that it did not make"))
        }
        if cluster.isProtected { return .liftProtection }
        if let next = instances.first(where: { $0.status != .deleting }) {
            if case .busy(let status) = next.status, !isOverdue { return .wait("the instance is \(status)") }
            return .deleteInstance(next.identifier)
        }
        // A member that the list of instances does not show yet, or not any more.
        let unseen = cluster.members.filter { member in !instances.contains { $0.identifier == member } }
        if !unseen.isEmpty { return .wait("an instance of the cluster is being deleted") }
        // AWS takes the cluster once every instance of it is being deleted.
        return .deleteCluster
    }

    private static func taken(_ identifier: String) -> ControlError {
        ControlError(
            .conflict, subject: identifier, "\(identifier) exists at AWS and does not carry this environment's tags",
            hint: "delete it or give the environment another try with `envctl reset`; envctl never touches it")
    }

    private static func broken(_ what: String, _ status: String) -> ControlError {
        ControlError(
            .misconfigured, subject: what, "AWS gave up on \(what): it is \(status)",
            hint: status.hasPrefix("inaccessible-encryption")
                ? "let the control plane's role and RDS use the source's KMS key"
                : "see the events of \(what) at AWS; nothing of it is kept")
    }
}
