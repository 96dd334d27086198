#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What Prometheus' clients say of their own process, under the names that dashboards expect. Needs `/proc`; elsewhere
/// nothing.
enum ProcessMetrics {
    static var families: [MetricFamily] {
        guard let stat = try? PosixFile.readText("/proc/self/stat") else { return [] }
        // The command's name stands in brackets and may hold blanks.
        let fields = stat.drop { $0 != ")" }.dropFirst(2).split(separator: " ")
        var families: [MetricFamily] = []
        let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
        if fields.count > 21, let user = Double(fields[11]), let system = Double(fields[12]),
            let pages = Double(fields[21]), ticks > 0
        {
            families.append(
                single("process_cpu_seconds_total", .counter, "User and system CPU time.", (user + system) / ticks))
            families.append(
                single(
                    "process_resident_memory_bytes", .gauge, "Resident memory.",
                    pages * Double(sysconf(Int32(_SC_PAGESIZE)))))
        }
        if let descriptors = try? PosixFile.list("/proc/self/fd").count {
            families.append(single("process_open_fds", .gauge, "Open file descriptors.", Double(descriptors)))
        }
        return families
    }

    private static func single(
        _ name: String, _ kind: MetricFamily.Kind, _ help: String, _ value: Double
    ) -> MetricFamily {
        MetricFamily(name, kind, help, [.init([], value)])
    }
}
