package import ControlPlaneAPI

/// How environments read to people. Pure: the time is given, in seconds since 1970.
package struct EnvironmentView: Sendable {
    package var now: Double
    package var terminal: Terminal

    package init(now: Double, terminal: Terminal) {
        self.now = now
        self.terminal = terminal
    }

    package func list(_ environments: [EnvironmentResource]) -> String {
        guard !environments.isEmpty else {
            return "No environments. Make one: envctl clone SNAPSHOT [NAME]"
        }
        var table = TextTable(["NAME", "SNAPSHOT", "PHASE", "ENDPOINT", "EXPIRES", "LABELS"])
        for environment in environments {
            table.add([
                environment.name, "\(environment.snapshot)@\(environment.generation)", environment.phase,
                environment.endpoint ?? "-", expiry(of: environment) ?? "-",
                environment.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ","),
            ])
        }
        return table.render()
    }

    /// All of it but the secret.
    package func details(_ environment: EnvironmentResource) -> String {
        var fields = FieldList()
        fields.add("name", environment.name)
        fields.add("id", environment.id)
        fields.add("snapshot", "\(environment.snapshot), generation \(environment.generation)")
        fields.add("phase", phase(environment))
        fields.add("reason", environment.reason)
        fields.add("endpoint", environment.endpoint)
        fields.add("region", environment.region)
        fields.add("account", environment.accountId)
        fields.add("access key", environment.accessKeyId)
        fields.add("created", environment.createdAt)
        fields.add("claimed", environment.claimedAt.map { "\($0) from the warm pool" })
        fields.add("ready", environment.readyAt)
        fields.add("expires", environment.expiresAt.map { at in expiry(of: environment).map { "\(at) (\($0))" } ?? at })
        fields.add("deleted at", environment.graceEndsAt)
        fields.add(
            "protected",
            environment.protection.map { it in
                "by \(it.owner)\(it.until.map { " until \($0)" } ?? ""): \(it.reason)"
            })
        fields.add("sleeps since", environment.hibernatedAt)
        fields.add("last request", environment.lastRequestAt)
        fields.add(
            "sleeps after",
            environment.idleSeconds.map { $0 > 0 ? "\(Quantities.duration(seconds: $0)) without a request" : "never" })
        if let holders = environment.holders, holders > 0 { fields.add("in use by", String(holders)) }
        if !environment.labels.isEmpty {
            fields.add(
                "labels",
                environment.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " "))
        }
        fields.add("took", took(environment))
        if environment.attempts > 0 { fields.add("attempts", String(environment.attempts)) }
        if let cost = environment.cost { fields.add("cost", CostView.line(cost)) }
        fields.add("process", environment.pid.map(String.init))
        fields.add("database", environment.database)
        fields.add("role", environment.role)
        return fields.render()
    }

    /// What `clone` prints: what a user needs next.
    package func handOut(
        _ environment: EnvironmentResource, credentials: CredentialsResource?
    ) -> String {
        var fields = FieldList()
        fields.add("endpoint", credentials?.endpoint ?? environment.endpoint)
        fields.add("region", credentials?.region ?? environment.region)
        fields.add("access key", credentials?.accessKeyId ?? environment.accessKeyId)
        fields.add("secret key", credentials?.secretAccessKey)
        fields.add("expires", environment.expiresAt.map { at in expiry(of: environment).map { "\(at) (\($0))" } ?? at })
        fields.add("took", took(environment))
        if let cost = environment.cost { fields.add("cost", CostView.line(cost)) }
        return fields.render(indent: 2)
    }

    /// What `extend` prints.
    package func extended(_ environment: EnvironmentResource, seconds: Int) -> String {
        let (name, length) = (environment.name, Quantities.duration(seconds: seconds))
        if environment.phase == "queued" { return "\(name) waits in the queue; it lives \(length) from its admission" }
        let isProtected = environment.protection.map { !($0.until.map(isOver) ?? false) } ?? false
        return isProtected
            ? "\(name) lives \(length) from now, and on while it is protected"
            : "\(name) expires \(environment.expiresAt ?? "-") (in \(length))"
    }

    /// What `unprotect` prints.
    package func unprotected(_ environment: EnvironmentResource) -> String {
        let text = "\(environment.name) is not protected"
        if let end = environment.graceEndsAt {
            return isOver(end) ? "\(text); its grace is over, and it is deleted now" : "\(text); it is deleted \(end)"
        }
        guard let end = environment.expiresAt else { return text }
        return isOver(end) ? "\(text); its lifetime ended \(end), and it goes now" : "\(text); its deadline is \(end)"
    }

    private func isOver(_ timestamp: String) -> Bool {
        APICoding.unixSeconds(timestamp: timestamp).map { $0 <= now } ?? false
    }

    package func events(_ events: [EventResource]) -> String {
        var table = TextTable(["AT", "OF", "EVENT", "BY", "WHAT HAPPENED"])
        for event in events {
            table.add([event.at, event.name ?? "-", event.kind, event.actor ?? "-", event.message])
        }
        return table.render()
    }

    private func phase(_ environment: EnvironmentResource) -> String {
        switch environment.phase {
        case "ready": terminal.styled(environment.phase, .green)
        case "failed": terminal.styled(environment.phase, .red)
        default: terminal.styled(environment.phase, .yellow)
        }
    }

    private func expiry(of environment: EnvironmentResource) -> String? {
        if let protection = environment.protection {
            guard let until = protection.until.flatMap(APICoding.unixSeconds(timestamp:)) else { return "protected" }
            if until > now { return "protected \(Quantities.duration(seconds: Int((until - now).rounded())))" }
        }
        if let end = environment.graceEndsAt.flatMap(APICoding.unixSeconds(timestamp:)) {
            return "expired, gone in \(Quantities.duration(seconds: Int((end - now).rounded())))"
        }
        guard let at = environment.expiresAt.flatMap(APICoding.unixSeconds(timestamp:)) else { return nil }
        let left = Int((at - now).rounded())
        return left >= 0
            ? "in \(Quantities.duration(seconds: left))" : "overdue by \(Quantities.duration(seconds: -left))"
    }

    private func took(_ environment: EnvironmentResource) -> String? {
        guard environment.claimedAt != nil else { return timings(environment.timings) }
        return environment.timings.totalMs.map { "\(Quantities.milliseconds($0)), from the warm pool" }
    }

    private func timings(_ timings: TimingsResource) -> String? {
        guard let total = timings.totalMs else { return nil }
        let parts = [
            ("clone", timings.cloningMs), ("seal", timings.sealingMs), ("start", timings.startingMs),
            ("probe", timings.probingMs),
        ]
        let known = parts.compactMap { name, value in value.map { "\(name) \(Quantities.milliseconds($0))" } }
        return known.isEmpty
            ? Quantities.milliseconds(total)
            : "\(Quantities.milliseconds(total)) (\(known.joined(separator: ", ")))"
    }
}
