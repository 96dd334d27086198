package import Environments

// Names on the command line are checked before anything is asked of the control plane. An empty one, mostly a variable
// that is not set, would make the path of another call, and the control plane quotes others as they stand in a path.
// The calls take names of these types, so that none can be made with what was not checked.

extension EnvironmentName {
    package init(argument text: String) throws(ControlError) {
        try refuseEmpty(text, "an environment's name", hint: "`envctl list` shows those there are")
        try self.init(text)
    }
}

extension SnapshotName {
    package init(argument text: String) throws(ControlError) {
        try refuseEmpty(text, "a snapshot's name", hint: "`envctl snapshot list` shows those there are")
        try self.init(text)
    }
}

/// The id of a token or a webhook.
package struct AccessID: Hashable, Sendable {
    package enum Kind: String, Sendable {
        case token, webhook
    }

    package let text: String

    package init(argument text: String, of kind: Kind) throws(ControlError) {
        let hint = "`envctl \(kind.rawValue) list` shows those there are"
        try refuseEmpty(text, "a \(kind.rawValue)'s id", hint: hint)
        guard text.utf8.allSatisfy({ $0 > UInt8(ascii: " ") && $0 < 0x7F }) else {
            throw ControlError(
                .invalidRequest, subject: text, "'\(text)' is not the id of a \(kind.rawValue)", hint: hint)
        }
        self.text = text
    }
}

/// - Parameter what: what the argument is, e.g. `a snapshot's name`.
package func refuseEmpty(_ text: String, _ what: String, hint: String) throws(ControlError) {
    guard text.isEmpty else { return }
    throw ControlError(
        .invalidRequest, subject: what, "\(what) is empty", hint: "is the variable set that holds it? \(hint)")
}
