package import Environments

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What a running control plane writes to `run/server.json` so that commands on the same machine find it. Holds no
/// secret.
package struct ServerInfo: Codable, Sendable, Equatable {
    /// E.g. `http://127.0.0.1:8642`, `https://…`, or `unix:/path` of a socket.
    package var url: String
    package var pid: Int
    /// PEM file of the authority to trust for an `https` URL; nil: one that every machine knows.
    package var authority: String?

    package init(url: String, pid: Int, authority: String? = nil) {
        self.url = url
        self.pid = pid
        self.authority = authority
    }

    /// Replaces `path` in one step, so that a reader sees all or nothing.
    package func write(to path: String) throws(ControlError) {
        do {
            try Data(try APICoding.encode(self)).write(to: URL(filePath: path), options: .atomic)
        } catch {
            throw ControlError(.misconfigured, subject: path, "\(path) cannot be written: \(error)")
        }
    }
}
