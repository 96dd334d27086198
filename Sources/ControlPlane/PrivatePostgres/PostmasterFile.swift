/// `postmaster.pid` of a data directory, whose lines PostgreSQL documents in `miscadmin.h`: pid, data directory, start
/// time, port, socket directory, listen address, shared memory key, status.
struct PostmasterFile: Sendable, Hashable {
    var pid: Int32
    var port: Int
    /// Empty in the first moments of a server.
    var socketDirectory: String

    init(pid: Int32, port: Int, socketDirectory: String) {
        self.pid = pid
        self.port = port
        self.socketDirectory = socketDirectory
    }

    /// nil for a file that is not complete yet.
    init?(text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 5, let pid = Int32(lines[0].trimmingSpaces), pid > 0,
            let port = Int(lines[3].trimmingSpaces)
        else { return nil }
        self.pid = pid
        self.port = port
        socketDirectory = String(lines[4])
    }
}

extension Substring {
    fileprivate var trimmingSpaces: String { filter { !$0.isWhitespace } }
}
