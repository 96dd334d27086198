import CPlatform
import Environments

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension Doctor {
    /// Whether other processes listen where endpoints should.
    var ports: DoctorCheck {
        let name = "ports"
        let range = configuration.ports
        // Environments that were made under another range keep their ports.
        let ours = (reservedPorts ?? servedPorts).intersection(range)
        let foreign = range.filter { !ours.contains($0) && !isFree($0) }
        let free = range.count - foreign.count - ours.count
        let text = "\(range.lowerBound)-\(range.upperBound)"
        guard free > 0 else {
            return DoctorCheck(
                name, .problem, "no port of \(text) is free: \(ours.count) environments', \(foreign.count) others'",
                hint: "delete environments, end the other processes, or start with a larger ENVCTL_PORTS")
        }
        guard foreign.isEmpty else {
            let some = foreign.prefix(5).map(String.init).joined(separator: ", ")
            return DoctorCheck(
                name, .warning,
                "other processes hold \(foreign.count) of \(range.count) ports (\(some)\(foreign.count > 5 ? ", …" : ""))",
                hint: "they are passed over; ENVCTL_PORTS names another range")
        }
        return DoctorCheck(name, .ok, "\(free) of \(range.count) ports are free")
    }

    private func isFree(_ port: Int) -> Bool {
        guard let port = UInt16(exactly: port) else { return false }
        let socket = cs_listen_tcp(configuration.endpointAddress, port, 1)
        guard socket >= 0 else { return false }
        close(socket)
        return true
    }

    /// The ports of servers that run from the state directory.
    private var servedPorts: Set<Int> {
        let directories = (try? PosixFile.list(configuration.environmentsDirectory)) ?? []
        return Set(
            directories.compactMap { id -> Int? in
                let file = configuration.environmentDirectory(EnvironmentID(id)) + "/server.pid"
                let parts = (try? PosixFile.readText(file))?.split(whereSeparator: \.isWhitespace) ?? []
                return parts.count == 3 ? Int(parts[2]) : nil
            })
    }
}
