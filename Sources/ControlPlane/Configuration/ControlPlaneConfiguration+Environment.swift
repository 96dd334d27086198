package import Environments

extension ControlPlaneConfiguration {
    /// The configuration that the process environment describes.
    ///
    /// | variable | meaning |
    /// |---|---|
    /// | `ENVCTL_HOME` | state directory; else `/var/lib/envctl` for root, else `~/.envctl` |
    /// | `ENVCTL_LISTEN` | address of the API, `host:port` of this machine or `unix:/path` |
    /// | `ENVCTL_DATABASE_URL` | a PostgreSQL server of yours instead of the private one |
    /// | `ENVCTL_PORTS` | ports of endpoints, `first-last` |
    /// | `ENVCTL_ENDPOINT_ADDRESS` | address that endpoints listen on |
    /// | `ENVCTL_EXTENDDB_SERVER` | the server binary |
    /// | `ENVCTL_POOL_SIZE` | environments kept ready for each snapshot whose pool nobody sized; 0: none |
    /// | `ENVCTL_GRACE` | how long what expired can be restored before it is deleted; `0s`: not at all |
    /// | `ENVCTL_IDLE` | how long an environment may go without a request before it sleeps; `0s`: for ever |
    /// | `ENVCTL_MAX_AGE` | how old an environment may become; only protection outlasts it |
    /// | `ENVCTL_LEASE` | how long a replica may be silent before others take its unfinished work over |
    /// | `ENVCTL_RECONCILE_INTERVAL` | how often what exists is compared with the records |
    /// | `ENVCTL_MAX_ENVIRONMENTS` | environments of users in all; else as many as the machine has room for |
    /// | `ENVCTL_MAX_ENVIRONMENTS_PER_OWNER` | environments of one owner; else no limit of its own |
    /// | `ENVCTL_CONCURRENT_CLONES` | copies made at once |
    /// | `ENVCTL_AURORA_POLL` | how often AWS is asked while a clone is on its way |
    /// | `ENVCTL_AURORA_ENDPOINTS` | a file that says where the databases of clones are: tunnels, stand-ins |
    /// | `ENVCTL_AURORA_PRICES` | a file with prices and a budget |
    ///
    /// - Parameters:
    ///   - environment: names and values.
    ///   - isRoot: whether the process runs as root.
    package init(environment: [String: String], isRoot: Bool) throws(ControlError) {
        self.init(
            stateDirectory: try Self.stateDirectory(environment: environment, isRoot: isRoot),
            processEnvironment: environment)
        if let listen = environment["ENVCTL_LISTEN"] { self.listen = listen }
        if let url = environment["ENVCTL_DATABASE_URL"], !url.isEmpty { databaseURL = url }
        if let text = environment["ENVCTL_PORTS"] { ports = try Self.ports(text) }
        if let address = environment["ENVCTL_ENDPOINT_ADDRESS"] { endpointAddress = address }
        if let path = environment["ENVCTL_EXTENDDB_SERVER"] { serverExecutable = path }
        if let text = environment["ENVCTL_POOL_SIZE"] {
            poolSize = try Self.number(text, of: "ENVCTL_POOL_SIZE", in: 0...PoolService.maximumSize)
        }
        if let text = environment["ENVCTL_GRACE"] { lifetimes.grace = try Self.duration("ENVCTL_GRACE", text) }
        if let text = environment["ENVCTL_IDLE"] { lifetimes.idleTimeout = try Self.duration("ENVCTL_IDLE", text) }
        if let text = environment["ENVCTL_MAX_AGE"] {
            let least = lifetimes.minimumTTL.wholeSeconds
            lifetimes.maximumAge = try Self.duration("ENVCTL_MAX_AGE", text, from: least)
        }
        if let text = environment["ENVCTL_LEASE"] { tunables.lease = try Self.duration("ENVCTL_LEASE", text, from: 2) }
        if let text = environment["ENVCTL_RECONCILE_INTERVAL"] {
            tunables.reconcileInterval = try Self.duration("ENVCTL_RECONCILE_INTERVAL", text, from: 1)
        }
        if let text = environment["ENVCTL_MAX_ENVIRONMENTS"] {
            maximumEnvironments = try Self.number(text, of: "ENVCTL_MAX_ENVIRONMENTS", in: 0...1_000_000)
        }
        if let text = environment["ENVCTL_MAX_ENVIRONMENTS_PER_OWNER"] {
            maximumEnvironmentsPerOwner = try Self.number(
                text, of: "ENVCTL_MAX_ENVIRONMENTS_PER_OWNER", in: 0...1_000_000)
        }
        auroraEndpoints = environment["ENVCTL_AURORA_ENDPOINTS"]
        auroraPrices = environment["ENVCTL_AURORA_PRICES"]
        if let text = environment["ENVCTL_AURORA_POLL"] { auroraPoll = try Self.duration("ENVCTL_AURORA_POLL", text) }
        if let text = environment["ENVCTL_CONCURRENT_CLONES"] {
            tunables.concurrentClones = try Self.number(text, of: "ENVCTL_CONCURRENT_CLONES", in: 1...64)
            // Room for what is not a copy stays beside them.
            tunables.concurrentWorkers = max(tunables.concurrentWorkers, tunables.concurrentClones + 8)
        }
    }

    /// The state directory alone: what the CLI needs to find a running control plane.
    package static func stateDirectory(environment: [String: String], isRoot: Bool) throws(ControlError) -> String {
        if let home = environment["ENVCTL_HOME"], !home.isEmpty {
            guard home.hasPrefix("/") else {
                throw ControlError(
                    .invalidRequest, subject: "ENVCTL_HOME", "ENVCTL_HOME is not an absolute path: \(home)",
                    hint: "write it from the root, beginning with '/'")
            }
            return home.count > 1 && home.hasSuffix("/") ? String(home.dropLast()) : home
        }
        if isRoot { return "/var/lib/envctl" }
        guard let home = environment["HOME"], home.hasPrefix("/") else {
            throw ControlError(
                .invalidRequest, subject: "HOME", "neither ENVCTL_HOME nor HOME says where to keep state",
                hint: "set ENVCTL_HOME to a directory that you may write to")
        }
        return home + "/.envctl"
    }

    /// A whole number within `range`, as the variable `name` gives it.
    static func number(_ text: String, of name: String, in range: ClosedRange<Int>) throws(ControlError) -> Int {
        guard let number = Int(text), range.contains(number) else {
            throw ControlError(
                .invalidRequest, subject: name, "\(name) is '\(text)'",
                hint: "give a whole number between \(range.lowerBound) and \(range.upperBound)")
        }
        return number
    }

    /// A variable's duration, of at least so many seconds.
    static func duration(_ variable: String, _ text: String, from least: Int64 = 0) throws(ControlError) -> Duration {
        let duration: Duration
        do {
            duration = try DurationText.parse(text)
        } catch {
            throw ControlError(
                .invalidRequest, subject: variable, "\(variable): \(error.message)", hint: error.hint)
        }
        guard duration >= .seconds(least) else {
            throw ControlError(
                .invalidRequest, subject: variable, "\(variable)=\(text) is too short",
                hint: "give at least \(DurationText.format(.seconds(least)))")
        }
        return duration
    }

    /// A port range as `first-last`.
    package static func ports(_ text: String) throws(ControlError) -> ClosedRange<Int> {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let first = parts[0], let last = parts[1], first >= 1, first <= last, last <= 65_535
        else {
            throw ControlError(
                .invalidRequest, subject: text, "'\(text)' is not a port range",
                hint: "write first-last, both between 1 and 65535, e.g. 20000-20999")
        }
        return first...last
    }
}
