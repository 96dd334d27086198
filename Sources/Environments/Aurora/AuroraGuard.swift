/// A call that changes something at AWS, and what it names.
package enum AuroraChange: Hashable, Sendable {
    case restore(target: String, source: String)
    case createInstance(String, cluster: String)
    case modify(cluster: String)
    case start(cluster: String)
    case deleteInstance(String)
    case deleteCluster(String)
}

/// Stands between every decision and AWS: whatever records, plans and tags say, nothing but what has a name of this
/// installation is changed, and never a registered source. A mistake elsewhere must not be able to reach production.
package struct AuroraGuard: Hashable, Sendable {
    package var installation: InstallationID
    /// Identifiers of all clusters that were ever registered.
    package var sources: Set<String>

    package init(installation: InstallationID, sources: Set<String>) {
        self.installation = installation
        self.sources = sources
    }

    /// - Throws: `forbidden`, and the call must not be made.
    package func check(_ change: AuroraChange) throws(ControlError) {
        switch change {
        case .restore(let target, let source):
            try own(target)
            guard sources.contains(source) else {
                throw refusal(source, "is not a registered source, and is not cloned")
            }
        case .createInstance(let instance, let cluster):
            try own(instance)
            try own(cluster)
        case .modify(let name), .start(let name), .deleteInstance(let name), .deleteCluster(let name):
            try own(name)
        }
    }

    private func own(_ name: String) throws(ControlError) {
        // RDS folds the case of identifiers.
        let folded = name.lowercased()
        guard !sources.contains(where: { $0.lowercased() == folded }) else {
            throw refusal(name, "is a registered source, and is never changed")
        }
        guard folded.hasPrefix(AuroraNames.own(installation)) else {
            throw refusal(name, "has no name of this installation, and is never changed")
        }
    }

    private func refusal(_ name: String, _ why: String) -> ControlError {
        ControlError(.forbidden, subject: name, "\(name) \(why)", hint: "this is a defect of envctl; please report it")
    }
}
