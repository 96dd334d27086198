/// What the control plane says when it refuses or fails: a stable code for programs, a sentence for people, what it is
/// about, and what to do next. The CLI prints it as `error:` and `hint:`, the API as `application/problem+json`.
package struct ControlError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The stable part; its raw value is the `code` of the API.
    package enum Code: String, Sendable, Hashable, CaseIterable {
        /// A name, value or file that the caller gave is not acceptable.
        case invalidRequest = "invalid_request"
        /// Nothing of that name.
        case notFound = "not_found"
        /// The name is taken by something else, or the thing is in a state that forbids it.
        case conflict = "conflict"
        /// A limit that an administrator set.
        case quota = "quota_exceeded"
        /// The machine has no port, connection or disk space left.
        case capacity = "capacity_exceeded"
        /// It did not happen in the time allowed; it may still happen.
        case timeout = "timeout"
        /// No valid token.
        case unauthorized = "unauthorized"
        /// A valid token without the right to do this.
        case forbidden = "forbidden"
        /// Too many wrong tokens came from there; later it may go on.
        case throttled = "throttled"
        /// A part that is needed does not answer now: starting, restarting, unreachable. Trying again can help.
        case unavailable = "unavailable"
        /// Another process holds the port that a server should listen on; another port helps.
        case portInUse = "port_in_use"
        /// The caller gave up, or the work was stopped on purpose.
        case cancelled = "cancelled"
        /// Something that must be there is missing or wrong on this machine, and trying again does not help.
        case misconfigured = "misconfigured"
        /// The work was tried and failed.
        case failed = "failed"
    }

    package var code: Code
    /// What it is about: a name, a path, a port. Empty when there is no one thing.
    package var subject: String
    /// One sentence, without "error:" and without a secret.
    package var message: String
    /// What the reader can do about it, if anything.
    package var hint: String?

    package init(_ code: Code, subject: String = "", _ message: String, hint: String? = nil) {
        self.code = code
        self.subject = subject
        self.message = message
        self.hint = hint
    }

    package var description: String {
        guard let hint else { return message }
        return "\(message) (hint: \(hint))"
    }

    /// The documented exit code of the CLI.
    package var exitCode: Int32 {
        switch code {
        case .invalidRequest: 2
        case .notFound: 3
        case .conflict: 4
        case .quota, .capacity: 5
        case .timeout: 6
        case .unauthorized, .forbidden, .throttled: 7
        case .unavailable, .portInUse, .cancelled, .misconfigured, .failed: 1
        }
    }

    /// Whether the same call may succeed later without anyone changing the request. Decides retry against failing at
    /// once: a database that is restarting is worth another try, a snapshot that does not exist is not.
    package var isTransient: Bool {
        switch code {
        case .timeout, .unavailable, .portInUse, .failed, .capacity: true
        case .invalidRequest, .notFound, .conflict, .quota, .unauthorized, .forbidden, .throttled, .cancelled,
            .misconfigured:
            false
        }
    }
}
