extension LifetimeExplanation.Circumstances {
    typealias Remedy = LifetimeExplanation.Remedy

    /// What whoever asks can do about it.
    func remedies(_ situation: Situation) -> [Remedy] {
        let name = record.name
        let history = Remedy(command: "envctl events \(name)", effect: "shows its history")
        let log = Remedy(command: "envctl logs \(name)", effect: "shows its server's log")
        let delete = Remedy(command: "envctl delete \(name)", effect: "deletes it now, without grace")
        let wait = Remedy(command: "envctl wait \(name)", effect: "returns when it is ready")
        switch situation {
        case .queued:
            return [Remedy(command: "envctl capacity", effect: "shows the limits and what is in use"), wait, delete]
        case .underway: return [wait, delete]
        case .retrying: return record.phase == .deleting ? [history] : [history, log, delete]
        case .ready, .warned: return [extend, protect, delete].compactMap(\.self)
        case .idle:
            let hibernate = Remedy(command: "envctl hibernate \(name)", effect: "puts it to sleep now")
            return [hibernate, extend, protect, delete].compactMap(\.self)
        case .hibernated:
            return [Remedy(command: "envctl wake \(name)", effect: "wakes it now"), extend ?? protect, delete]
        case .held: return [extend, protect].compactMap(\.self)
        case .protected, .protectionUnreadable: return [unprotect]
        case .expiring: return restoration + [protection == nil ? delete : unprotect]
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

    private var protect: Remedy {
        Remedy(
            command: "envctl protect \(record.name) --reason TEXT [--for 7d]",
            effect: "keeps it from expiring, beyond its maximum age too")
    }

    private var unprotect: Remedy {
        var unprotected = inputs
        unprotected.protected = .no
        let end =
            record.phase == .expiring
            ? LifetimeRule.graceEnd(unprotected, limits) : LifetimeRule.deadline(unprotected, limits)
        let isOver = end.at.map { $0 <= now } ?? false
        let over = record.phase == .expiring ? "grace" : "lifetime"
        return Remedy(
            command: "envctl unprotect \(record.name)",
            effect: isOver
                ? "lifts that; its \(over) is over, so it goes at once" : "lifts that, and its \(over) counts again")
    }

    /// A longer life; nil where its age leaves none.
    private var extend: Remedy? {
        let usual = Duration.seconds(8 * 3600)
        guard let ttl = ttl(usual) else { return nil }
        // Cut by its age it may be less than what it has: moving its deadline there is not what is asked for.
        guard ttl == usual || now + ttl > record.expiresAt else { return nil }
        return Remedy(
            command: "envctl extend \(record.name) --ttl \(DurationText.format(ttl))",
            effect: "moves its deadline, at most to \(limits.oldestInstant(record)), when it is "
                + "\(DurationText.format(limits.maximumAge)) old")
    }

    /// How what expired comes back: where its age leaves nothing, only protected.
    private var restoration: [Remedy] {
        let restore = "envctl restore \(record.name)"
        if let left = limits.leftOfAge(record, now: now), left.wholeSeconds <= 0 {
            return [
                Remedy(
                    command: "envctl protect \(record.name) --reason TEXT [--for 7d]",
                    effect: "keeps its data; then `\(restore)` brings it back, beyond its maximum age")
            ]
        }
        let option = ttl(.seconds(4 * 3600)).map { " [--ttl \(DurationText.format($0))]" } ?? ""
        return [Remedy(command: restore + option, effect: "brings it back with its data")]
    }

    /// `usual` if it may live so long from now; else a round time that is safely within what its age leaves, for whoever
    /// reads this takes a while to type it; nil when that is less than any ttl may be.
    private func ttl(_ usual: Duration) -> Duration? {
        let left = min(limits.leftOfAge(record, now: now) ?? limits.maximumAge, limits.maximumAge)
        let safe = max(left.wholeSeconds, 0) * 9 / 10
        if usual <= .seconds(safe) { return usual }
        let unit: Int64 = safe >= 7200 ? 3600 : safe >= 120 ? 60 : 1
        let ttl = Duration.seconds(safe / unit * unit)
        return ttl >= limits.minimumTTL ? ttl : nil
    }
}
