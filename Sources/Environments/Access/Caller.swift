/// Who sends a request, as its token says, and what of the environments and snapshots is theirs to see and to use.
package struct Caller: Sendable, Hashable {
    /// Recorded on the environments that it makes and in the history.
    package var owner: String
    package var scope: Scope
    /// Bound to these snapshots and to the environments cloned from them; nil: to none in particular.
    package var snapshots: Set<String>?
    /// Environments made with the token carry these labels. When there are any, only environments that carry all of
    /// them, or that belong to the owner, are there for it.
    package var labels: [String: String]

    package init(owner: String, scope: Scope, snapshots: Set<String>? = nil, labels: [String: String] = [:]) {
        self.owner = owner
        self.scope = scope
        self.snapshots = snapshots
        self.labels = labels
    }

    /// The holder of the token that lies in the state directory: the user of this machine who started the control plane.
    package static let local = Caller(owner: "local", scope: .admin)

    /// Whether it is bound to a part of the environments.
    package var isBound: Bool { snapshots != nil || !labels.isEmpty }

    package func sees(snapshot: String) -> Bool { snapshots?.contains(snapshot) ?? true }

    /// Whether an environment is there for it at all.
    package func sees(_ environment: EnvironmentRecord) -> Bool {
        sees(snapshot: environment.snapshot.text)
            && (labels.isEmpty || environment.owner == owner || carriesLabels(environment.labels))
    }

    /// Whether it may work with an environment, and read its credentials: its owner's, those with the labels that the
    /// token is bound to, or every one with the scope `admin`.
    package func owns(_ environment: EnvironmentRecord) -> Bool {
        guard sees(environment) else { return false }
        return scope == .admin || environment.owner == owner || !labels.isEmpty && carriesLabels(environment.labels)
    }

    /// The labels of an environment that it makes: those that it asks for and its own.
    /// - Throws: `forbidden` when it asks for another value of a label that it is bound to.
    package func labels(asking wanted: [String: String]) throws(ControlError) -> [String: String] {
        for (key, value) in labels.sorted(by: { $0.key < $1.key }) {
            if let asked = wanted[key], asked != value {
                throw ControlError(
                    .forbidden, subject: key, "this token makes environments with \(key)=\(value), not \(key)=\(asked)",
                    hint: "leave the label out, or use another token")
            }
        }
        return wanted.merging(labels) { _, own in own }
    }

    private func carriesLabels(_ carried: [String: String]) -> Bool {
        labels.allSatisfy { carried[$0.key] == $0.value }
    }
}
