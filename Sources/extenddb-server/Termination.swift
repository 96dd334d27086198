#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Writes a message to standard error and ends the process.
func terminate(_ message: String, code: CInt) -> Never {
    let bytes = Array(message.utf8)
    // If nobody can be told, the exit code still tells.
    _ = write(STDERR_FILENO, bytes, bytes.count)
    exit(code)
}
