extension LifetimeExplanation.Circumstances {
    /// What it is and what decides, in a sentence or two.
    func summary(_ situation: Situation) -> String {
        let name = record.name
        switch situation {
        case .queued:
            return "\(name) \(queue ?? "waits in the queue"). It gives up waiting \(end)."
        case .underway:
            return "\(name) is \(record.phase.rawValue), on its way to ready. Its lifetime ends \(end)."
        case .retrying: return retrying
        case .ready: return "\(name) is ready until its deadline, \(end)."
        case .warned: return "\(name) expires soon, \(end); that was warned of."
        case .idle:
            let since = inputs.activeAt.map { " since \($0)" } ?? ""
            let idle = DurationText.format(inputs.idleTimeout)
            return "\(name) is ready, without a request\(since). After \(idle) without one it is put to sleep; "
                + "its deadline is \(end)."
        case .hibernated:
            let since = record.hibernatedAt.map { " since \($0)" } ?? ""
            return "\(name) sleeps\(since): no process runs, and the first request wakes it. Its deadline is \(end)."
        case .held:
            let users = holders.map { $0.purpose.isEmpty ? $0.owner : "`\($0.purpose)` (\($0.owner))" }
            return "\(name) is in use by \(users.joined(separator: ", ")): it neither expires nor falls asleep "
                + "meanwhile, at most until its maximum age at \(limits.oldestInstant(record))."
        case .protected: return protectedText
        case .protectionUnreadable:
            return "\(name) counts as protected: what its record says about protection cannot be read."
        case .expiring:
            return "\(name) has expired (\(record.reason ?? "its lifetime ended")). Nothing of it runs; its data stay "
                + (protection == nil ? "until its grace ends, \(end)." : "while it is protected, \(end).")
        case .failed:
            let rest =
                inputs.wasReady
                ? "Its data stay until its deadline, \(end)." : "Nothing of it is left but this record, until \(end)."
            return "\(name) failed: \(record.reason ?? "no reason was recorded"). \(rest)"
        case .pooled:
            return "\(name) waits in the pool of \(record.snapshot) for a clone to claim it. It has no deadline; it is "
                + "replaced when the snapshot gets a newer generation."
        case .deleting: return "\(name) is being deleted: \(record.reason ?? "on request")."
        case .deleted:
            return "\(name) is deleted\(record.reason.map { ": \($0)" } ?? ""). Nothing of it is left but its history."
        case .hostSilent:
            let host = silentHost?.name ?? "?"
            let since = silentHost?.since.map { " since \($0)" } ?? ""
            let text =
                "\(name) is \(record.phase.rawValue), and belongs on \(host), whose control plane is not heard of\(since). "
            return record.phase == .deleting
                ? text + "Another machine deletes its data soon."
                : text + "Its server may run on; until that one is back it can be deleted, and nothing else."
        }
    }

    private var retrying: String {
        let limit = inputs.wasReady ? retry.maximumRestarts : retry.maximumAttempts
        // A deletion is tried for ever.
        let tries = record.phase == .deleting ? "try \(record.attempts)" : "try \(record.attempts) of \(limit)"
        let reason = record.reason ?? "no reason was recorded"
        return "\(record.name) is \(record.phase.rawValue); \(tries) failed: \(reason). The next one comes "
            + "\(nextTry.map(relative) ?? "soon")."
    }

    private var protectedText: String {
        guard let protection else { return "\(record.name) is protected." }
        let until = protection.until.map { " until \($0)" } ?? " until that is lifted"
        return "\(record.name) is protected by \(protection.owner)\(until) (\(protection.reason)): it neither expires "
            + "nor can it be deleted or reset."
    }

    /// When it ends, as far as that is known.
    private var end: String {
        let last = forecast.last { $0.action == .expire || $0.action == .delete }
        let first = forecast.first { $0.action == .expire || $0.action == .delete }
        guard let at = (record.phase == .expiring ? last : first)?.at else { return "which never comes" }
        return relative(at)
    }

    private func relative(_ instant: Timestamp) -> String {
        instant <= now ? "now" : "in \(DurationText.format(.seconds((instant - now).wholeSeconds))), at \(instant)"
    }
}

extension LifetimeExplanation.Circumstances {
    typealias Remedy = LifetimeExplanation.Remedy

    /// What whoever asks can do about it.
    func remedies(_ situation: Situation) -> [Remedy] {
        let name = record.name
        let history = Remedy(command: "envctl events \(name)", effect: "shows its history")
        let log = Remedy(command: "envctl logs \(name)", effect: "shows its server's log")
        let delete = Remedy(command: "envctl delete \(name)", effect: "deletes it now, without grace")
        let protect = Remedy(
            command: "envctl protect \(name) --reason TEXT [--for 7d]",
            effect: "keeps it from expiring, beyond its maximum age too")
        let wait = Remedy(command: "envctl wait \(name)", effect: "returns when it is ready")
        switch situation {
        case .queued:
            return [Remedy(command: "envctl capacity", effect: "shows the limits and what is in use"), wait, delete]
        case .underway: return [wait, delete]
        case .retrying: return record.phase == .deleting ? [history] : [history, log, delete]
        case .ready, .warned: return [extend, protect, delete]
        case .idle:
            return [
                Remedy(command: "envctl hibernate \(name)", effect: "puts it to sleep now"), extend, protect, delete,
            ]
        case .hibernated: return [Remedy(command: "envctl wake \(name)", effect: "wakes it now"), extend, delete]
        case .held: return [extend, protect]
        case .protected, .protectionUnreadable:
            return [Remedy(command: "envctl unprotect \(name)", effect: "lifts that, and its lifetime counts again")]
        case .expiring:
            return [
                Remedy(command: "envctl restore \(name) [--ttl 4h]", effect: "brings it back with its data"), delete,
            ]
        case .failed:
            let reset = Remedy(
                command: "envctl reset \(name)", effect: "replaces its data by its snapshot's and starts it again")
            return (inputs.wasReady ? [reset] : []) + [history, log, delete]
        case .pooled:
            return [
                Remedy(command: "envctl clone \(record.snapshot) NAME", effect: "claims one of the pool"),
                Remedy(
                    command: "envctl snapshot pool \(record.snapshot) --size N",
                    effect: "changes how many are kept ready"),
            ]
        case .deleting, .deleted: return [history]
        case .hostSilent:
            return [
                Remedy(command: "envctl up", effect: "on that machine starts its control plane again")
            ] + (record.phase == .deleting ? [] : [delete]) + [history]
        }
    }

    private var extend: Remedy {
        Remedy(
            command: "envctl extend \(record.name) --ttl 8h",
            effect: "moves its deadline, at most to \(limits.oldestInstant(record)), when it is "
                + "\(DurationText.format(limits.maximumAge)) old")
    }
}
