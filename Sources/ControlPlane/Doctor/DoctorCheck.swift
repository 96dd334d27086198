package import Environments

/// One thing that `envctl doctor` looked at.
package struct DoctorCheck: Sendable, Hashable {
    package enum Severity: String, Sendable, Hashable {
        case ok
        /// It works, and not as well as it could.
        case warning
        case problem
    }

    package var name: String
    package var severity: Severity
    /// What was found.
    package var detail: String
    /// What to do about it.
    package var hint: String?

    package init(_ name: String, _ severity: Severity = .ok, _ detail: String, hint: String? = nil) {
        self.name = name
        self.severity = severity
        self.detail = detail
        self.hint = hint
    }

    package init(_ name: String, _ error: ControlError) {
        self.init(name, .problem, error.message, hint: error.hint)
    }

    package var ok: Bool { severity != .problem }
}
