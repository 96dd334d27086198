/// What each scope may do: every call of the API, the scope that it needs at least, and what of the environment in its
/// path it is about. The API lets nothing through that is not in here.
package enum AccessTable {
    /// What a call needs of the environment or snapshot that its path names.
    package enum Reach: String, Sendable, Hashable {
        /// There is none in its path.
        case none
        /// It must be there for the caller.
        case sees
        /// It must be the caller's to use.
        case owns
        /// The snapshot that the path names must be there for the caller.
        case seesSnapshot
    }

    package struct Rule: Sendable, Hashable {
        package var method: String
        /// With `{name}` and `{id}` where a segment is the caller's.
        package var path: String
        package var scope: Scope
        package var reach: Reach
        /// What it does, for the documentation.
        package var does: String

        init(_ method: String, _ path: String, _ scope: Scope, _ does: String) {
            self.init(method, path, scope, .none, does)
        }

        init(_ method: String, _ path: String, _ scope: Scope, _ reach: Reach, _ does: String) {
            self.method = method
            self.path = path
            self.scope = scope
            self.reach = reach
            self.does = does
        }
    }

    package static let rules: [Rule] = [
        Rule("GET", "/v1/status", .read, "what the control plane holds"),
        Rule("GET", "/v1/doctor", .read, "what is wrong with its machine"),
        Rule("GET", "/v1/capacity", .read, "limits, and what is left"),
        Rule("GET", "/metrics", .read, "metrics"),
        Rule("GET", "/v1/events", .read, "the history, as a list or a stream"),

        Rule("GET", "/v1/environments", .read, "list environments"),
        Rule("GET", "/v1/environments/{name}", .read, .sees, "show one"),
        Rule("GET", "/v1/environments/{name}/wait", .read, .sees, "wait until it settles"),
        Rule("GET", "/v1/environments/{name}/events", .read, .sees, "its history"),
        Rule("GET", "/v1/environments/{name}/logs", .read, .sees, "its server's log"),
        Rule("GET", "/v1/environments/{name}/why", .read, .sees, "what happens to it next"),
        Rule("POST", "/v1/environments", .use, "clone a snapshot"),
        Rule("DELETE", "/v1/environments/{name}", .use, .owns, "delete it"),
        Rule("GET", "/v1/environments/{name}/credentials", .use, .owns, "its endpoint and credentials"),
        Rule("POST", "/v1/environments/{name}/extend", .use, .owns, "move its deadline"),
        Rule("POST", "/v1/environments/{name}/hibernate", .use, .owns, "put it to sleep"),
        Rule("POST", "/v1/environments/{name}/wake", .use, .owns, "wake it"),
        Rule("POST", "/v1/environments/{name}/reset", .use, .owns, "reset its data"),
        Rule("POST", "/v1/environments/{name}/restore", .use, .owns, "bring it back within its grace"),
        Rule("POST", "/v1/environments/{name}/protect", .use, .owns, "protect it from deletion"),
        Rule("POST", "/v1/environments/{name}/unprotect", .use, .owns, "lift the protection"),
        Rule("POST", "/v1/environments/{name}/holders", .use, .owns, "hold it while it is used"),
        Rule("PUT", "/v1/environments/{name}/holders/{id}", .use, .owns, "go on holding it"),
        Rule("DELETE", "/v1/environments/{name}/holders/{id}", .use, .owns, "let it go"),

        Rule("GET", "/v1/snapshots", .read, "list snapshots"),
        Rule("GET", "/v1/snapshots/{name}", .read, .seesSnapshot, "show one"),
        Rule("GET", "/v1/snapshots/{name}/events", .read, .seesSnapshot, "its history"),
        Rule("GET", "/v1/pools", .read, "the warm pools"),
        Rule("GET", "/v1/snapshots/{name}/pool", .read, .seesSnapshot, "its warm pool"),
        Rule("GET", "/v1/snapshots/{name}/pool/wait", .read, .seesSnapshot, "wait until that is full"),
        Rule("POST", "/v1/snapshots", .admin, "import a snapshot"),
        Rule("POST", "/v1/snapshots/{name}/refresh", .admin, "import its next generation"),
        Rule("POST", "/v1/snapshots/{name}/cancel", .admin, "stop an import"),
        Rule("DELETE", "/v1/snapshots/{name}", .admin, "delete a snapshot"),
        Rule("PUT", "/v1/snapshots/{name}/pool", .admin, "size its warm pool"),

        Rule("POST", "/v1/reconcile", .admin, "compare what exists with the records"),
        Rule("GET", "/v1/webhooks", .admin, "list webhooks"),
        Rule("POST", "/v1/webhooks", .admin, "create one"),
        Rule("DELETE", "/v1/webhooks/{id}", .admin, "delete one"),
        Rule("GET", "/v1/webhooks/{id}/deliveries", .admin, "what was sent to it"),
        Rule("GET", "/v1/tokens", .admin, "list tokens"),
        Rule("POST", "/v1/tokens", .admin, "create one"),
        Rule("DELETE", "/v1/tokens/{id}", .admin, "revoke one"),
    ]

    /// The rule for a call, and the segment of its path that stands for `{name}`; nil when there is none.
    package static func rule(method: String, path: String) -> (rule: Rule, name: String?)? {
        let segments = path.split(separator: "/")
        for (rule, pattern) in patterns where rule.method == method && pattern.count == segments.count {
            var name: String?
            let fits = zip(pattern, segments).allSatisfy { part, segment in
                if part == "{name}" { name = String(segment) }
                return part.hasPrefix("{") || part == segment
            }
            if fits { return (rule, name) }
        }
        return nil
    }

    private static let patterns = rules.map { ($0, $0.path.split(separator: "/")) }

    /// The rules as a table in Markdown.
    package static var markdown: String {
        var lines = ["| call | scope | which environment | what it does |", "|---|---|---|---|"]
        for rule in rules {
            let reach =
                switch rule.reach {
                case .none: ""
                case .sees: "one it sees"
                case .owns: "one of its own"
                case .seesSnapshot: "of a snapshot it sees"
                }
            lines.append("| `\(rule.method) \(rule.path)` | `\(rule.scope.rawValue)` | \(reach) | \(rule.does) |")
        }
        return lines.joined(separator: "\n")
    }
}
