import CPlatform
import Synchronization

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

// What a test process must not leave behind, at its exit and, when it was killed, at the start of the next one.

private let directories = Mutex<[String]>([])
private let servers = Mutex<[pid_t]>([])
private let registered = Atomic<Bool>(false)

func removeAtExit(_ directory: String) {
    directories.withLock { $0.append(directory) }
    register()
}

func stopAtExit(_ pid: pid_t) {
    servers.withLock { $0.append(pid) }
    register()
}

private func register() {
    guard registered.exchange(true, ordering: .relaxed) == false else { return }
    atexit {
        for pid in servers.withLock({ $0 }) {
            kill(pid, SIGQUIT)
            var exit = cs_exit()
            _ = cs_process_wait(pid, 1, &exit)
        }
        for directory in directories.withLock({ $0 }) { remove(directory) }
    }
}

/// Directories of processes that are gone, and servers that outlived them (where there is no death signal).
func removeLeftovers() {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: TestCluster.base) else { return }
    for name in names where name.hasPrefix(TestCluster.prefix) {
        let owner = name.dropFirst(TestCluster.prefix.count).prefix { $0 != "-" }
        guard let pid = pid_t(owner), cs_process_start_time(pid) < 0 else { continue }
        let directory = "\(TestCluster.base)/\(name)"
        stopServer(in: "\(directory)/data")
        remove(directory)
    }
}

/// The first line of postmaster.pid is the server's process id, the second its data directory.
private func stopServer(in data: String) {
    guard let content = FileManager.default.contents(atPath: "\(data)/postmaster.pid") else { return }
    let lines = String(decoding: content, as: UTF8.self).split(separator: "\n")
    guard lines.count > 1, lines[1] == data[...], let pid = pid_t(lines[0]), pid > 1, cs_process_start_time(pid) >= 0
    else { return }
    kill(pid, SIGQUIT)
}

private func remove(_ directory: String) {
    do {
        try FileManager.default.removeItem(atPath: directory)
    } catch {
        print("test support: \(directory) stays behind: \(error)")
    }
}
