package import Environments

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Writes to the standard streams, each text in one piece.
///
/// What does not reach standard output is an error: a script that got no answer must not go on as if it had. A reader
/// that went away is none, as for any filter. What does not reach standard error is nobody's loss, and there is no
/// place left to say so.
package enum Output {
    /// - Parameter descriptor: for tests.
    /// - Returns: false when the reader has closed the pipe; nothing that follows will be read either.
    /// - Throws: `failed` when it cannot be written.
    @discardableResult
    package static func line(_ text: String, to descriptor: Int32 = STDOUT_FILENO) throws(ControlError) -> Bool {
        switch write(text + "\n", to: descriptor) {
        case nil: return true
        case EPIPE?: return false
        case let code?: throw ControlError(.failed, subject: "standard output", refusal(code))
        }
    }

    /// Writes what is shown this once; so a reader that went away is an error too.
    ///
    /// - Parameters:
    ///   - owner: what it is the secret of, e.g. `token 12ab`.
    ///   - undo: the command that takes that back.
    /// - Throws: `failed` when it cannot be written: what it opens is there then, and nobody can use it.
    package static func secret(
        _ text: String, of owner: String, undo: String, to descriptor: Int32 = STDOUT_FILENO
    ) throws(ControlError) {
        // Else the signal would end the process before it could say what is lost.
        signal(SIGPIPE, SIG_IGN)
        guard let code = write(text + "\n", to: descriptor) else { return }
        throw ControlError(
            .failed, subject: owner, "\(refusal(code)); \(owner) was made, and its secret is lost",
            hint: "take it back and make another one: \(undo)")
    }

    package static func errorLine(_ text: String) {
        errorText(text + "\n")
    }

    package static func errorText(_ text: String) {
        _ = write(text, to: STDERR_FILENO)
    }

    /// Puts something in the place of standard streams that are closed (`>&-`), which fails as they would. Otherwise
    /// the first file or connection that is opened gets their number, and the answer is written into that.
    package static func keepClosedStreamsClosed() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
            // Opened for the other direction; the lowest free number is this one.
            _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
    }

    private static func refusal(_ code: Int32) -> String {
        "cannot write to standard output: \(String(cString: strerror(code)))"
    }

    /// - Returns: the `errno` with which it failed; nil when all of it is written.
    private static func write(_ text: String, to descriptor: Int32) -> Int32? {
        // An inherited stream outlived an exec; what closes on exec was opened by this process, whose runtime takes the
        // number of a closed stream for itself before `main` is reached.
        guard case let flags = fcntl(descriptor, F_GETFD), flags >= 0, flags & FD_CLOEXEC == 0 else { return EBADF }
        var text = text
        return text.withUTF8 { buffer in
            var rest = UnsafeRawBufferPointer(buffer)
            while let base = rest.baseAddress, !rest.isEmpty {
                #if canImport(Glibc)
                    let count = Glibc.write(descriptor, base, rest.count)
                #else
                    let count = Darwin.write(descriptor, base, rest.count)
                #endif
                guard count < 0 else {
                    rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
                    continue
                }
                let code = errno
                if code == EAGAIN {
                    // Whoever shares the terminal or pipe made it non-blocking.
                    var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&wanted, 1, -1)
                } else if code != EINTR {
                    return code
                }
            }
            return nil
        }
    }
}
