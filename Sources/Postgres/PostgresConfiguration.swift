import CPostgres

/// Where a database is and who we are there.
package struct PostgresConfiguration: Sendable, Hashable {
    /// A host name, an address, or the directory of a Unix socket (when it begins with `/`).
    package var host: String
    package var port: Int
    package var user: String
    package var password: String?
    package var database: String
    /// Shown in `pg_stat_activity`.
    package var applicationName: String?
    /// Covers everything from the name to the end of the authentication.
    package var connectTimeout: Duration
    /// Further libpq keywords (`sslmode`, `options`, `sslrootcert`, …).
    package var options: [String: String]

    package init(
        host: String,
        port: Int = 5432,
        user: String,
        password: String? = nil,
        database: String,
        applicationName: String? = nil,
        connectTimeout: Duration = .seconds(10),
        options: [String: String] = [:]
    ) {
        self.host = host
        self.port = port
        self.user = user
        self.password = password
        self.database = database
        self.applicationName = applicationName
        self.connectTimeout = connectTimeout
        self.options = options
    }

    /// Reads a `postgresql://` URL, or any connection string that libpq takes.
    package init(url: String) throws(PostgresError) {
        let values = try Self.parse(url)
        self.init(host: "/tmp", user: "postgres", database: "postgres")
        for (keyword, value) in values {
            switch keyword {
            case "host": host = value
            case "port":
                guard let number = Int(value), (1...65535).contains(number) else {
                    throw PostgresError(.misuse, "the port in the PostgreSQL URL is not a number from 1 to 65535")
                }
                port = number
            case "user": user = value
            case "password": password = value
            case "dbname": database = value
            case "application_name": applicationName = value
            case "connect_timeout":
                guard let seconds = Int(value), seconds > 0 else {
                    throw PostgresError(.misuse, "connect_timeout in the PostgreSQL URL is not a positive number")
                }
                connectTimeout = .seconds(seconds)
            default: options[keyword] = value
            }
        }
        if values["dbname"] == nil { database = user }
    }

    /// The same as a URL, **with the password**.
    package var url: String {
        var text = "postgresql://" + percentEncoded(user)
        if let password { text += ":" + percentEncoded(password) }
        text += "@\(host.contains(":") ? "[\(host)]" : percentEncoded(host)):\(port)/\(percentEncoded(database))"
        var query = options
        query["application_name"] = applicationName
        query["connect_timeout"] = String(max(1, connectTimeout.components.seconds))
        let pairs = query.sorted { $0.key < $1.key }.map { "\(percentEncoded($0.key))=\(percentEncoded($0.value))" }
        return text + "?" + pairs.joined(separator: "&")
    }

    /// The same server, another database and perhaps another role.
    package func with(
        database: String? = nil, user: String? = nil, password: String? = nil
    ) -> PostgresConfiguration {
        var copy = self
        if let database { copy.database = database }
        if let user {
            copy.user = user
            copy.password = password
        } else if let password {
            copy.password = password
        }
        return copy
    }

    /// What libpq's connect functions take. The encoding is ours to choose: every text here is UTF-8. GSS encryption
    /// is off unless asked for, since trying it costs a lookup of Kerberos tickets with each connection.
    var keywords: [(keyword: String, value: String)] {
        var all = ["gssencmode": "disable"]
        all.merge(options) { $1 }
        all["host"] = host
        all["port"] = String(port)
        all["user"] = user
        all["password"] = password
        all["dbname"] = database
        all["application_name"] = applicationName
        all["client_encoding"] = "UTF8"
        return all.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    private static func parse(_ url: String) throws(PostgresError) -> [String: String] {
        var message: UnsafeMutablePointer<CChar>?
        guard let first = PQconninfoParse(url, &message) else {
            // libpq's message may quote the string, password included.
            PQfreemem(message)
            throw PostgresError(.misuse, "the PostgreSQL URL is malformed")
        }
        defer { PQconninfoFree(first) }
        var values: [String: String] = [:]
        var option = first
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { values[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        return values
    }
}

extension PostgresConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Without the password.
    package var description: String {
        "\(user)@\(host):\(port)/\(database)"
    }

    package var debugDescription: String { description }

    package var customMirror: Mirror { Mirror(self, children: [], displayStyle: .struct) }
}

private func percentEncoded(_ text: String) -> String {
    let hex = Array("0123456789ABCDEF")
    var result = ""
    for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
            result.unicodeScalars.append(Unicode.Scalar(byte))
        default:
            result.append("%")
            result.append(hex[Int(byte >> 4)])
            result.append(hex[Int(byte & 15)])
        }
    }
    return result
}
