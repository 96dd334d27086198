import ArgumentParser
import CPlatform
import UnixSignals

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A command that runs in this process's place as far as anyone can tell: in its process group and on its terminal, with
/// its descriptors and environment, with the signals that this process gets, and its end is this process's.
struct ForegroundChild: Sendable {
    let pid: pid_t

    /// Starts `command`, found on `PATH`.
    ///
    /// - Throws: `ExitCode` 127 when it is not there, 126 when it cannot be run, as a shell has it.
    init(_ command: [String]) throws {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // The threads that run Swift's tasks block every signal, and a wrapper ignores some: the command has neither.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) }
        arguments.append(nil)
        defer { arguments.forEach { free($0) } }
        var child = pid_t()
        let failure = posix_spawnp(&child, command[0], nil, &attributes, arguments, environ)
        guard failure == 0 else {
            Output.errorLine("error: cannot run \(command[0]): \(String(cString: strerror(failure)))")
            if failure == ENOENT { Output.errorLine("hint: is it installed, and on PATH?") }
            throw ArgumentParser.ExitCode(failure == ENOENT ? 127 : 126)
        }
        pid = child
    }

    /// Waits for its end and hands on what this process is sent meanwhile.
    ///
    /// - Parameter signals: trapped before the command was started, so that none is missed.
    /// - Returns: the exit code as a shell has it: 128 and the signal's number for one that a signal ended.
    func exitCode(passing signals: UnixSignalsSequence) async -> Int32 {
        await withTaskGroup(of: Int32?.self) { group in
            group.addTask { await end() }
            group.addTask {
                for await signal in signals { pass(signal) }
                return nil
            }
            var code: Int32?
            while code == nil, let ended = await group.next() { code = ended }
            group.cancelAll()
            return code ?? 1
        }
    }

    /// What the terminal sends reaches the command by itself, since it is of the same process group.
    private func pass(_ signal: UnixSignal) {
        let isFromTerminal = signal == .sigint && tcgetpgrp(STDIN_FILENO) == getpgrp()
        if !isFromTerminal { kill(pid, signal.rawValue) }
    }

    /// Waits on a thread of its own: the pool that runs Swift's tasks has as few threads as the machine has cores.
    private func end() async -> Int32 {
        let exit = await withCheckedContinuation { continuation in
            let waiting = Unmanaged.passRetained(Waiting(pid: pid, continuation: continuation))
            let failure = cs_thread_start("exec", { Waiting.run($0) }, waiting.toOpaque())
            if failure != 0 { Waiting.run(waiting.toOpaque()) }
        }
        return exit.signal != 0 ? 128 + exit.signal : exit.exit_code
    }

    private final class Waiting: Sendable {
        let pid: pid_t
        let continuation: CheckedContinuation<cs_exit, Never>

        init(pid: pid_t, continuation: CheckedContinuation<cs_exit, Never>) {
            self.pid = pid
            self.continuation = continuation
        }

        static func run(_ context: UnsafeMutableRawPointer?) {
            guard let context else { return }
            let waiting = Unmanaged<Waiting>.fromOpaque(context).takeRetainedValue()
            var exit = cs_exit()
            _ = cs_process_wait(waiting.pid, 1, &exit)
            waiting.continuation.resume(returning: exit)
        }
    }
}
