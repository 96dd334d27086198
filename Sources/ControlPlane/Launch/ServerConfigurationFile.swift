import DynamoModel
import Postgres

/// The file that `extenddb-server serve --config FILE` reads.
struct ServerConfigurationFile: Sendable, Hashable {
    var request: LaunchRequest

    /// What of libpq's keywords is handed on.
    static let connectionKeywords = ["sslmode", "sslrootcert", "hostaddr"]

    /// The server touches it when requests come: its time of modification is the last request's.
    static let activityFile = "activity"

    var text: String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("bind_address")
        writer.string(request.address)
        writer.name("port")
        writer.number(request.port)
        writer.name("region")
        writer.string(request.region)
        writer.name("database")
        writer.beginObject()
        writer.name("host")
        writer.string(request.database.host)
        writer.name("port")
        writer.number(request.database.port)
        writer.name("user")
        writer.string(request.database.user)
        writer.name("password")
        writer.string(request.database.password ?? "")
        writer.name("database")
        writer.string(request.database.database)
        if let data = request.dataDatabase {
            writer.name("data_database")
            writer.string(data)
        }
        for keyword in Self.connectionKeywords {
            guard let value = request.database.options[keyword] else { continue }
            writer.name(keyword)
            writer.string(value)
        }
        if request.dataDatabase != nil {
            writer.name("connect_timeout_seconds")
            writer.number(Int(request.database.connectTimeout.components.seconds))
        }
        writer.endObject()
        writer.name("max_connections")
        writer.number(request.maximumConnections)
        writer.name("connection_idle_seconds")
        writer.number(request.connectionIdleSeconds)
        writer.name("activity_file")
        writer.string("\(request.directory)/\(Self.activityFile)")
        writer.name("log_level")
        writer.string("info")
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self) + "\n"
    }

    /// The port in a file that this type wrote; nil when there is none.
    static func port(at path: String) -> Int? {
        guard let bytes = try? PosixFile.read(path), let json = try? JSONValue(parsing: bytes) else { return nil }
        return json["port"]?.intValue
    }
}
