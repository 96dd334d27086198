/// What AWS answered instead of doing what it was asked.
package struct AuroraFault: Error, Hashable, Sendable {
    /// What can be done about it.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// Throttled, unreachable, or an error of AWS's own: again later. The call may have been carried out.
        case retry
        /// Not in the state that the call needs; the state passes.
        case wait
        /// The name is taken: by an earlier try of ours, or by another.
        case adopt
        /// What the call names is not there.
        case absent
        /// A limit of the account.
        case quota
        /// AWS has no machines or disks left there now.
        case capacity
        /// Something that the call names is missing or does not fit.
        case configuration
        /// Rights, or credentials that AWS does not take.
        case identity
        /// Nothing was asked of AWS: there are no credentials, or a setting for the calls cannot be used.
        case access
        /// Anything else.
        case fatal
    }

    package var kind: Kind
    /// AWS's code, e.g. `DBClusterQuotaExceededFault`.
    package var code: String
    package var message: String
    /// The action that was called, e.g. `CreateDBInstance`.
    package var action: String

    package init(_ kind: Kind, code: String, message: String, action: String) {
        self.kind = kind
        self.code = code
        self.message = message
        self.action = action
    }
}

/// What a fault leads to.
package enum AuroraReaction: Hashable, Sendable {
    /// Look at what exists, then decide again.
    case lookAgain(String)
    /// Try again after a while that grows; the reason is shown meanwhile.
    case backOff(String)
    case refuse(ControlError)

    package init(_ fault: AuroraFault) {
        let said = "AWS refused \(fault.action): \(fault.code): \(fault.message)"
        switch fault.kind {
        case .wait, .adopt: self = .lookAgain("\(fault.code): \(fault.message)")
        case .retry: self = .backOff("AWS does not answer \(fault.action) now (\(fault.code))")
        case .quota: self = .backOff("a quota of the AWS account is used up (\(fault.code)); waiting for room")
        case .capacity: self = .backOff("AWS has no capacity for it now (\(fault.code)); waiting")
        case .absent:
            self = .refuse(
                ControlError(
                    .notFound, subject: fault.action, said,
                    hint: "is the source cluster still there? `envctl doctor --aurora ID` looks"))
        case .configuration:
            self = .refuse(
                ControlError(
                    .misconfigured, subject: fault.action, said,
                    hint: "`envctl doctor --aurora ID` checks network and parameter groups and the KMS key"))
        case .identity:
            let isRight = Self.rights.contains(fault.code)
            self = .refuse(
                ControlError(
                    .misconfigured, subject: fault.action, said,
                    hint: isRight
                        ? "allow rds:\(fault.action) to the control plane's identity; `envctl aurora policy` prints what it needs"
                        : "AWS does not take the control plane's credentials; docs/aws.md says where they come from"))
        case .access:
            self = .refuse(
                ControlError(
                    .misconfigured, subject: fault.action, "\(fault.action) cannot be asked of AWS: \(fault.message)",
                    hint: "docs/aws.md says where credentials, endpoints and certificates come from"))
        case .fatal: self = .refuse(ControlError(.misconfigured, subject: fault.action, said))
        }
    }

    /// The codes with which AWS knows who asks and does not allow it.
    private static let rights: Set<String> = [
        "AccessDenied", "AccessDeniedException", "NotAuthorized", "UnauthorizedOperation",
    ]
}

/// How patient a clone's steps are.
package struct AuroraPatience: Hashable, Sendable {
    /// Between two looks at what is moving; AWS's own waiters take 30 s.
    package var poll: Duration = .seconds(15)
    /// How long one status may last before a clone in the making is given up. Volumes take up to 5 minutes, instances
    /// up to 8, and AWS's waiters end after 30.
    package var status: Duration = .seconds(45 * 60)
    /// The cap of the wait after a refusal that passes.
    package var maximumBackoff: Duration = .seconds(300)

    package init() {}

    /// The wait before the next try after so many refusals in a row: full jitter over a doubling cap.
    package func backoff(_ faults: Int, using generator: inout some RandomNumberGenerator) -> Duration {
        let doublings = min(max(faults, 1) - 1, 20)
        let cap = min(maximumBackoff.microseconds, poll.microseconds * (1 << Int64(doublings)))
        return .microseconds(Int64.random(in: cap / 2...max(cap, 1), using: &generator))
    }
}
