import Cryptography
package import Environments

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The token that opens a control plane to commands of the same user on the same machine: 32 random bytes in a file
/// that nobody else can read.
package enum LocalToken {
    /// The token in `path`, made first when there is none.
    package static func ensure(path: String) throws(ControlError) -> String {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            guard errno == EEXIST else { throw failure("cannot be made", path: path) }
            return try read(path: path)
        }
        let token = "envctl_" + Hex.encode(SecureRandom.bytes(32))
        let written = Array((token + "\n").utf8).withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        let problem = written == token.utf8.count + 1 ? nil : failure("cannot be written", path: path)
        close(descriptor)
        if let problem {
            unlink(path)
            throw problem
        }
        return token
    }

    /// - Throws: `ControlError` when the file is missing, empty, or open to others.
    package static func read(path: String) throws(ControlError) -> String {
        var status = stat()
        guard stat(path, &status) == 0 else { throw failure("cannot be read", path: path) }
        guard status.st_mode & 0o077 == 0 else {
            throw ControlError(
                .misconfigured, subject: path, "the token file \(path) is open to other users of this machine",
                hint: "replace it: rm \(path), then envctl down and envctl up")
        }
        guard let data = FileManager.default.contents(atPath: path) else { throw failure("cannot be read", path: path) }
        let token = String(decoding: data, as: UTF8.self).filter { !$0.isWhitespace }
        guard !token.isEmpty else {
            throw ControlError(
                .misconfigured, subject: path, "the token file \(path) is empty",
                hint: "remove it, then envctl down and envctl up")
        }
        return token
    }

    private static func failure(_ what: String, path: String) -> ControlError {
        let reason = errno
        return ControlError(
            reason == EACCES ? .forbidden : .misconfigured, subject: path,
            "the token file \(path) \(what): \(String(cString: strerror(reason)))",
            hint: reason == EACCES ? "run envctl as the user who started the control plane" : nil)
    }
}
