/// The processes of this machine.
enum ProcessTable {
    /// A process one of whose arguments is exactly `argument`. Needs `/proc`; elsewhere nil.
    static func process(withArgument argument: String) -> ProcessIdentity? {
        let wanted = Array(argument.utf8)
        guard let names = try? PosixFile.list("/proc") else { return nil }
        for name in names {
            guard let pid = Int32(name), let line = try? PosixFile.read("/proc/\(name)/cmdline"),
                line.split(separator: 0).contains(where: { $0.elementsEqual(wanted) })
            else { continue }
            if let identity = ProcessIdentity(pid: pid) { return identity }
        }
        return nil
    }
}
