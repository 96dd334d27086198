import Environments
import Synchronization

/// The servers that should be running, as the last record of each environment says.
final class HealthRegistry: Sendable {
    struct Entry: Sendable, Hashable {
        var server: ServerIdentity
        var port: Int
    }

    private let servers = Mutex<[EnvironmentID: Entry]>([:])

    func update(_ record: EnvironmentRecord) {
        servers.withLock { servers in
            if record.phase == .ready, let server = record.server {
                servers[record.id] = Entry(server: server, port: record.port ?? 0)
            } else {
                servers[record.id] = nil
            }
        }
    }

    var all: [EnvironmentID: Entry] { servers.withLock { $0 } }
}

/// What environments that have one server process lost it.
struct HealthCheck: Sendable {
    let launcher: any Launcher

    func dead(_ servers: [EnvironmentID: HealthRegistry.Entry]) -> [EnvironmentID] {
        servers.filter { _, entry in
            !launcher.isAlive(
                ServerProcess(pid: entry.server.pid, startTime: entry.server.startTime, port: entry.port))
        }.keys.sorted()
    }
}
