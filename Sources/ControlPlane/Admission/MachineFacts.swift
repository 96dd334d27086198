import CPlatform
import Environments

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What this machine has left, as its kernel says.
struct MachineFacts: Sendable, Hashable {
    /// Free bytes of the file system that holds the databases; nil: not this machine's, or not known.
    var diskFree: Int64?
    /// Bytes that can be taken without swapping; nil: not known.
    var memoryAvailable: Int64?
}

/// Reads the machine's facts anew at each call: two system calls, microseconds.
struct MachineReader: Sendable {
    var read: @Sendable () -> MachineFacts

    init(read: @escaping @Sendable () -> MachineFacts) { self.read = read }

    /// - Parameter dataDirectory: where PostgreSQL keeps its data, when that is on this machine.
    init(dataDirectory: String?) {
        read = {
            MachineFacts(diskFree: dataDirectory.flatMap(Self.free(at:)), memoryAvailable: Self.availableMemory())
        }
    }

    private static func free(at path: String) -> Int64? {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return nil }
        return Int64(status.f_bavail) * Int64(status.f_frsize)
    }

    /// `MemAvailable` of the kernel: free memory and what it would give back of its caches.
    private static func availableMemory() -> Int64? {
        guard let text = try? PosixFile.readText("/proc/meminfo"),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("MemAvailable:") }),
            let kibibytes = line.split(separator: " ").dropFirst().first.flatMap({ Int64($0) })
        else { return nil }
        return kibibytes * 1024
    }
}
