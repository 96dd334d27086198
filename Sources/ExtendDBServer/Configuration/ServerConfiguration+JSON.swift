import DynamoModel
import Logging
import Postgres

extension ServerConfiguration {
    /// Reads the configuration's JSON.
    ///
    /// An unknown key is an error: a misspelt one would otherwise leave its default in force unseen.
    package init(parsing json: [UInt8]) throws(ConfigurationError) {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: json)
        } catch {
            throw ConfigurationError(
                "the configuration is not valid JSON: \(error.reason) at byte \(error.offset)",
                hint: "correct the file; its keys stand in docs/server.md")
        }
        var root = try ConfigurationObject(value, path: "")
        var database = try root.object("database")
        self.init(
            bindAddress: try root.string("bind_address") ?? "127.0.0.1",
            port: try root.required("port", root.integer("port", in: 0...65_535)),
            region: try root.required("region", root.string("region")),
            database: PostgresConfiguration(
                host: try database.required("host", database.string("host")),
                port: try database.integer("port", in: 1...65_535) ?? 5432,
                user: try database.required("user", database.string("user")),
                password: try database.string("password"),
                database: try database.required("database", database.string("database")),
                applicationName: "extenddb-server"),
            dataDatabase: try database.string("data_database"),
            maximumConnections: try root.integer("max_connections", in: 1...1000) ?? 8,
            connectionIdle: .seconds(try root.integer("connection_idle_seconds", in: 0...86_400) ?? 30),
            logLevel: try root.logLevel("log_level") ?? .info,
            activityFile: try root.string("activity_file"),
            timeToLive: TimeToLiveSettings(
                deletes: try root.bool("ttl_deletes") ?? true,
                delay: Double(try root.integer("ttl_delay_seconds", in: 0...172_800) ?? 0)),
            bucketDirectory: try root.string("bucket_directory"),
            throttles: try root.bool("throttling") ?? false)
        if let seconds = try root.integer("client_idle_seconds", in: 1...86_400) {
            http.clientIdle = .seconds(seconds)
        }
        for keyword in Self.connectionKeywords {
            if let value = try database.string(keyword) { self.database.options[keyword] = value }
        }
        if let seconds = try database.integer("connect_timeout_seconds", in: 1...300) {
            self.database.connectTimeout = .seconds(seconds)
        }
        if root.has("tls") {
            var files = try root.object("tls")
            tls = TLSFiles(
                certificate: try files.required("certificate", files.string("certificate")),
                key: try files.required("key", files.string("key")))
            try files.rejectUnknownKeys()
        }
        try database.rejectUnknownKeys()
        try root.rejectUnknownKeys()
    }
}

extension ServerConfiguration {
    /// What of libpq's keywords can be given as it is: how the connection is encrypted, and where a tunnel to the host is.
    static let connectionKeywords = ["hostaddr", "sslmode", "sslrootcert"]
}

/// One object of the configuration, which remembers the keys that it was asked for.
private struct ConfigurationObject {
    private let members: [JSONMember]
    private let path: String
    private var known: Set<String> = []

    init(_ value: JSONValue, path: String) throws(ConfigurationError) {
        guard case .object(let members) = value else {
            throw ConfigurationError(
                path.isEmpty ? "the configuration is not a JSON object" : "'\(path)' is not a JSON object",
                hint: "write {\"key\": value, …}")
        }
        self.members = members
        self.path = path
        var seen: Set<String> = []
        for member in members where !seen.insert(member.name).inserted {
            throw ConfigurationError("'\(name(member.name))' stands twice", hint: "remove one of the two")
        }
    }

    private func name(_ key: String) -> String {
        path.isEmpty ? key : path + "." + key
    }

    private mutating func value(_ key: String) -> JSONValue? {
        known.insert(key)
        return members.first { $0.name == key }?.value
    }

    func required<Value>(_ key: String, _ value: Value?) throws(ConfigurationError) -> Value {
        guard let value else {
            throw ConfigurationError("'\(name(key))' is missing", hint: "add it to the configuration file")
        }
        return value
    }

    func has(_ key: String) -> Bool { members.contains { $0.name == key } }

    mutating func object(_ key: String) throws(ConfigurationError) -> ConfigurationObject {
        let value = try required(key, value(key))
        return try ConfigurationObject(value, path: name(key))
    }

    mutating func string(_ key: String) throws(ConfigurationError) -> String? {
        switch value(key) {
        case nil: return nil
        case .string(let text) where !text.isEmpty: return text
        case .some:
            throw ConfigurationError("'\(name(key))' must be a string that is not empty", hint: "put it in quotes")
        }
    }

    mutating func integer(_ key: String, in range: ClosedRange<Int>) throws(ConfigurationError) -> Int? {
        guard let value = value(key) else { return nil }
        guard case .number(let text) = value, let number = Int(text), range.contains(number) else {
            throw ConfigurationError(
                "'\(name(key))' must be a whole number from \(range.lowerBound) to \(range.upperBound)",
                hint: "correct the value")
        }
        return number
    }

    mutating func bool(_ key: String) throws(ConfigurationError) -> Bool? {
        switch value(key) {
        case nil: return nil
        case .bool(let bool): return bool
        case .some:
            throw ConfigurationError("'\(name(key))' must be true or false", hint: "write it without quotes")
        }
    }

    mutating func logLevel(_ key: String) throws(ConfigurationError) -> Logger.Level? {
        guard let text = try string(key) else { return nil }
        guard let level = Logger.Level(rawValue: text) else {
            let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw ConfigurationError("'\(name(key))' is not a log level: '\(text)'", hint: "choose one of \(levels)")
        }
        return level
    }

    func rejectUnknownKeys() throws(ConfigurationError) {
        guard let unknown = members.first(where: { !known.contains($0.name) }) else { return }
        throw ConfigurationError(
            "unknown key '\(name(unknown.name))'",
            hint: "the keys here are \(known.sorted().joined(separator: ", "))")
    }
}
