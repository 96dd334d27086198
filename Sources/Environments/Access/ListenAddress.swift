/// Where the API listens: a TCP address, or a Unix socket.
package enum ListenAddress: Hashable, Sendable, CustomStringConvertible {
    /// Port 0 takes a free one.
    case tcp(host: String, port: Int)
    /// An absolute path.
    case unix(path: String)

    /// What a Unix socket's path may take up: `sun_path` less its closing zero, on the smaller of the systems.
    package static let maximumPathLength = 103

    /// From `host:port`, with brackets around an IPv6 host, or `unix:/path`.
    package init(_ text: String) throws(ControlError) {
        if text.hasPrefix("unix:") {
            let path = String(text.dropFirst(5))
            guard path.hasPrefix("/"), path.utf8.count > 1, !path.hasSuffix("/") else {
                throw ControlError(
                    .invalidRequest, subject: text, "'\(text)' is not a Unix socket to listen on",
                    hint: "write unix: and an absolute path, e.g. unix:/run/envctl/api.sock")
            }
            guard path.utf8.count <= Self.maximumPathLength else {
                throw ControlError(
                    .invalidRequest, subject: text, "the path of the Unix socket is longer than the system takes",
                    hint: "at most \(Self.maximumPathLength) bytes")
            }
            self = .unix(path: path)
            return
        }
        guard let colon = text.lastIndex(of: ":"), colon != text.startIndex,
            let port = Int(text[text.index(after: colon)...]), (0...65_535).contains(port)
        else {
            throw ControlError(
                .invalidRequest, subject: text, "'\(text)' is not an address to listen on",
                hint: "write host:port, e.g. 127.0.0.1:8642, or unix:/path")
        }
        let host = text[..<colon]
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        self = .tcp(host: String(isBracketed ? host.dropFirst().dropLast() : host), port: port)
    }

    package var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }

    /// Whether only this machine can reach it. A name other than `localhost` can mean anything, so it counts as the
    /// network.
    package var isLocal: Bool {
        switch self {
        case .unix: return true
        case .tcp("localhost", _), .tcp("::1", _): return true
        case .tcp(let host, _):
            let parts = host.split(separator: ".", omittingEmptySubsequences: false)
            return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
        }
    }

    /// The host part; nil for a socket.
    package var host: String? {
        guard case .tcp(let host, _) = self else { return nil }
        return host
    }

    /// Whether `host` stands for every address of the machine, so that nobody can connect to it by that name.
    package static func isWildcard(_ host: String) -> Bool { host == "0.0.0.0" || host == "::" }
}
