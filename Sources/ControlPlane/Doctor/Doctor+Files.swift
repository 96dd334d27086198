import Environments

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension Doctor {
    var stateDirectory: DoctorCheck {
        let name = "state-directory"
        let path = configuration.stateDirectory
        var status = stat()
        guard stat(path, &status) == 0 else {
            guard errno == ENOENT else { return DoctorCheck(name, PosixFile.failure("look at", path)) }
            return DoctorCheck(name, .ok, "\(path) (envctl up makes it)")
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            return DoctorCheck(name, .problem, "\(path) is not a directory", hint: "set ENVCTL_HOME to one")
        }
        guard access(path, W_OK | X_OK) == 0 else {
            return DoctorCheck(
                name, .problem, "\(path) is not writable for this user",
                hint: "run envctl as its owner, or set ENVCTL_HOME to another directory")
        }
        guard status.st_mode & 0o022 == 0 else {
            return DoctorCheck(
                name, .problem, "\(path) can be written by other users", hint: "chmod go-w \(path)")
        }
        return DoctorCheck(name, .ok, "\(path) is writable for its owner only")
    }

    /// What processes that are dead left behind.
    var leftovers: DoctorCheck {
        let name = "stale-state"
        return Self.check(name) { () throws(ControlError) in
            var stale: [String] = []
            if !isRunning, PosixFile.exists(configuration.serverInfoPath), !isLocked {
                stale.append("a control plane died without taking \(configuration.serverInfoPath) away")
            }
            let postgres = PostgresPaths(state: configuration.stateDirectory)
            if let text = try PosixFile.readText(postgres.postmasterPID),
                let pid = text.split(separator: "\n").first.flatMap({ Int32($0) }), kill(pid, 0) != 0, errno == ESRCH
            {
                stale.append("PostgreSQL, process \(pid), died without taking \(postgres.postmasterPID) away")
            }
            if PosixFile.exists(postgres.unfinishedData) {
                stale.append("\(postgres.unfinishedData) is left of an interrupted first start")
            }
            guard !stale.isEmpty else { return DoctorCheck(name, .ok, "nothing is left of processes that died") }
            return DoctorCheck(
                name, .warning, stale.joined(separator: "; "),
                hint: "envctl up takes it over and brings everything back")
        }
    }

    /// Whether a control plane holds the lock of the state directory.
    private var isLocked: Bool {
        guard PosixFile.exists(configuration.lockPath) else { return false }
        do {
            _ = try InstanceLock(path: configuration.lockPath)
            return false
        } catch {
            return true
        }
    }

    var secrets: DoctorCheck {
        let postgres = PostgresPaths(state: configuration.stateDirectory)
        for path in [configuration.secretKeyPath, configuration.tokenPath, postgres.password] {
            var status = stat()
            guard stat(path, &status) == 0, status.st_mode & 0o077 != 0 else { continue }
            return DoctorCheck(
                "permissions", .problem, "\(path) can be read by other users",
                hint: "chmod 600 \(path); whoever read it may use it, so think of replacing it")
        }
        return DoctorCheck("permissions", .ok, "keys, passwords and tokens are readable for their owner only")
    }

    var disk: DoctorCheck {
        var status = statvfs()
        let path = existing(configuration.stateDirectory)
        guard statvfs(path, &status) == 0 else {
            return DoctorCheck("disk", PosixFile.failure("look at the disk of", path))
        }
        let free = Int(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize)) >> 20
        // A private PostgreSQL with nothing in it takes some 60 MB; below 1 GiB the first real snapshot fails.
        return DoctorCheck(
            "disk", free >= 1024 ? .ok : .problem, "\(free) MiB are free at \(path)",
            hint: free >= 1024 ? nil : "free some space, or set ENVCTL_HOME to another disk")
    }

    /// Whether a clone shares its blocks with the snapshot until one of them changes.
    func sharedBlocks(postgres version: Int?) -> DoctorCheck {
        let name = "copy-on-write"
        let cost = "every clone is a full copy: of 1.5 GB in some 3 s instead of 0.1 s, and all of it on the disk"
        let path = existing(configuration.stateDirectory)
        guard let shares = canShareBlocks(in: path) else {
            return DoctorCheck(name, .ok, "cannot be tried in \(path); it shows when envctl runs")
        }
        guard shares else {
            return DoctorCheck(
                name, .warning, "the file system of \(path) shares no blocks between copies: \(cost)",
                hint:
                    "small snapshots do not mind; for large ones set ENVCTL_HOME to XFS, Btrfs or ZFS, with PostgreSQL 18"
            )
        }
        guard let version, version < 18 else {
            return DoctorCheck(name, .ok, "the file system of \(path) shares blocks between copies")
        }
        return DoctorCheck(
            name, .warning, "PostgreSQL \(version) cannot share blocks, though the file system of \(path) can: \(cost)",
            hint: "small snapshots do not mind; for large ones install PostgreSQL 18 or later")
    }

    /// Tries it. Nil where it cannot be tried.
    private func canShareBlocks(in directory: String) -> Bool? {
        #if os(Linux)
            var paths = ["\(directory)/.envctl-doctor-a", "\(directory)/.envctl-doctor-b"]
            for index in paths.indices { paths[index] += "-\(getpid())" }
            defer { for path in paths { unlink(path) } }
            let files = paths.map { open($0, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600) }
            defer { for file in files where file >= 0 { close(file) } }
            let block = [UInt8](repeating: 7, count: 65_536)
            guard files.allSatisfy({ $0 >= 0 }), write(files[0], block, block.count) == block.count else { return nil }
            // FICLONE of linux/fs.h: _IOW(0x94, 9, int).
            return ioctl(files[1], 0x4004_9409, files[0]) == 0
        #else
            // APFS does.
            return true
        #endif
    }

    /// The directory itself, or the nearest one above that exists.
    private func existing(_ path: String) -> String {
        var path = path
        while !PosixFile.isDirectory(path, followingLinks: true), let parent = PosixFile.parent(of: path) {
            path = parent
        }
        return path
    }
}
