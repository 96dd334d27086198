import CPlatform
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

@Suite struct SpawnTests {
    private func spawn(
        _ arguments: [String], environment: [String] = [], change: (inout cs_spawn_options) -> Void = { _ in }
    ) -> pid_t {
        let path = arguments[0]
        var argv = arguments.map { strdup($0) } + [nil]
        var envp = environment.map { strdup($0) } + [nil]
        defer { for pointer in argv + envp { free(pointer) } }
        return path.withCString { path in
            argv.withUnsafeMutableBufferPointer { argv in
                envp.withUnsafeMutableBufferPointer { envp in
                    guard let arguments = argv.baseAddress, let variables = envp.baseAddress else { return -EINVAL }
                    var options = cs_spawn_defaults(path, arguments, variables)
                    change(&options)
                    return cs_spawn(&options)
                }
            }
        }
    }

    private func output(
        _ script: String, environment: [String] = [], change: (inout cs_spawn_options) -> Void = { _ in }
    ) throws -> String {
        var ends: [CInt] = [0, 0]
        try #require(pipe(&ends) == 0)
        let pid = spawn(["/bin/sh", "-c", script], environment: environment) { options in
            options.standard_output = ends[1]
            change(&options)
        }
        close(ends[1])
        try #require(pid > 0)
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while case let count = read(ends[0], &buffer, buffer.count), count > 0 { text += buffer.prefix(count) }
        close(ends[0])
        var exit = cs_exit()
        #expect(cs_process_wait(pid, 1, &exit) == 1)
        #expect(exit.exit_code == 0)
        return String(decoding: text, as: UTF8.self)
    }

    @Test func reportsWhyExecFailed() {
        #expect(spawn(["/nonexistent/program"]) == -ENOENT)
        #expect(spawn(["/etc/passwd"]) == -EACCES)
    }

    @Test(.enabled(if: geteuid() != 0)) func reportsWhyTheUserCannotBeChanged() {
        let status = spawn(["/bin/sh"]) { options in
            options.change_user = 1
            options.uid = 1
            options.gid = 1
        }
        #expect(status == -EPERM)
    }

    @Test func passesAListeningSocketAndNothingElse() throws {
        let socket = cs_listen_tcp("127.0.0.1", 0, 1)
        // Not close-on-exec, and higher than what a shell opens for itself.
        let leak = fcntl(socket, F_DUPFD, 100)
        defer {
            close(socket)
            close(leak)
        }
        let text = try output(
            "echo $LISTEN_FDS $(( LISTEN_PID == $$ )) $OTHER; ls /proc/$$/fd | tr '\\n' ' '",
            environment: ["PATH=/usr/bin:/bin", "OTHER=kept", "LISTEN_PID=1", "LISTEN_FDS=7"]
        ) { $0.listen_fd = socket }
        let lines = text.split(separator: "\n")
        #expect(lines.first == "1 1 kept")
        #if os(Linux)
            let open = lines.last?.split(separator: " ").compactMap { Int($0) } ?? []
            #expect(open.contains(3) && open.allSatisfy { $0 < 100 }, "\(open)")
        #endif
    }

    @Test func startsInItsOwnSessionAndDirectory() throws {
        let text = try "/".withCString { root in
            try output("pwd; ps -o sid= -p $$ | tr -d ' '; echo $$", environment: ["PATH=/usr/bin:/bin"]) { options in
                options.new_session = 1
                options.directory = root
            }
        }
        let lines = text.split(separator: "\n")
        #expect(lines.count == 3 && lines[0] == "/" && lines[1] == lines[2])
    }

    @Test(.enabled(if: geteuid() == 0)) func dropsPrivileges() throws {
        let text = try output("id -u; id -g; id -G", environment: ["PATH=/usr/bin:/bin"]) { options in
            options.change_user = 1
            options.uid = 65534
            options.gid = 65534
        }
        #expect(text == "65534\n65534\n65534\n")
    }

    @Test func namesAProcessByItsStart() throws {
        let start = cs_process_start_time(getpid())
        #expect(start > 0 && cs_process_start_time(getpid()) == start)
        let pid = spawn(["/bin/sleep", "60"])
        try #require(pid > 0)
        #expect(cs_process_start_time(pid) >= start)
        var exit = cs_exit()
        #expect(cs_process_wait(pid, 0, &exit) == 0)
        kill(pid, SIGTERM)
        #expect(cs_process_wait(pid, 1, &exit) == 1)
        #expect(exit.signal == SIGTERM && exit.exit_code == -1)
        #expect(cs_process_start_time(pid) == -1)
        #expect(cs_process_wait(pid, 0, &exit) == -ECHILD)
    }

    @Test func locksAFileOnce() throws {
        let path = "/tmp/envctl-lock-\(getpid())"
        let first = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        let second = open(path, O_RDWR | O_CLOEXEC)
        defer {
            close(second)
            unlink(path)
        }
        #expect(cs_lock_file(first) == 0)
        #expect(cs_lock_file(second) == -EWOULDBLOCK)
        close(first)
        // A child that another test, of this suite or not, has just forked keeps the lock until its exec.
        let deadline = ContinuousClock.now + .seconds(20)
        var status = cs_lock_file(second)
        while status == -EWOULDBLOCK, ContinuousClock.now < deadline {
            sched_yield()
            status = cs_lock_file(second)
        }
        #expect(status == 0)
    }
}
