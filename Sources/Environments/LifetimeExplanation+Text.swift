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
            // Not that its data stay: they may be what was lost.
            let rest =
                inputs.wasReady && record.hasStorage
                ? "What is left of its data stays until its deadline, \(end)."
                : "Nothing of it is left but this record, until \(end)."
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
