/// Every kind of event that the history can hold. Kinds are API: webhooks and `envctl events` choose by them, and
/// `docs/api.md` lists them from here.
package enum EventKind: String, Sendable, Hashable, CaseIterable {
    case queued, requested, admitted, claimed, cloning, sealing, port, starting, probing, ready, failed, retry, waiting
    case adopted
    case serverDied = "server-died"
    case dataLost = "data-lost"
    case roleRemade = "role-remade"
    case hibernated, waking, resetting
    case previousDropped = "previous-dropped"
    case extended, held, protected, unprotected, warning, expiring, restored, deleting
    case serverStopped = "server-stopped"
    case storageDropped = "storage-dropped"
    case deleted
    case importing, registered, cancelling, retiring, retired
    case poolSize = "pool-size"
    case poolRefillFailed = "pool-refill-failed"
    case tokenCreated = "token-created"
    case tokenRevoked = "token-revoked"
    case webhookCreated = "webhook-created"
    case webhookDeleted = "webhook-deleted"
    case deliveryGivenUp = "delivery-given-up"
    case recovered
    case reconcileRequested = "reconcile-requested"
    case orphanRemoved = "orphan-removed"

    /// What it can be about.
    package var subjects: [EventRecord.SubjectKind] {
        switch self {
        case .ready, .failed, .deleting, .deleted: [.environment, .snapshot]
        case .importing, .registered, .cancelling, .retiring, .retired, .poolSize, .poolRefillFailed: [.snapshot]
        case .tokenCreated, .tokenRevoked: [.token]
        case .webhookCreated, .webhookDeleted, .deliveryGivenUp: [.webhook]
        case .recovered, .reconcileRequested, .orphanRemoved: [.installation]
        case .queued, .requested, .admitted, .claimed, .cloning, .sealing, .port, .starting, .probing, .retry, .waiting,
            .adopted, .serverDied, .dataLost, .roleRemade, .hibernated, .waking, .resetting, .previousDropped,
            .extended,
            .held, .protected, .unprotected, .warning, .expiring, .restored, .serverStopped, .storageDropped:
            [.environment]
        }
    }

    /// What happened, for the documentation.
    package var meaning: String {
        switch self {
        case .queued: "asked for, and waits for room"
        case .requested: "asked for; of `pool-…` by the warm pool"
        case .admitted: "left the queue"
        case .claimed: "handed out of the warm pool: ready at once"
        case .cloning: "its copy is being made"
        case .sealing: "the copy is being cut off from its source"
        case .port: "took another port than the one that it had"
        case .starting: "its server is being started"
        case .probing: "its endpoint is being asked"
        case .ready: "its endpoint answers, the first time or again; of a snapshot: a generation can be cloned"
        case .failed: "given up, with the reason"
        case .retry: "a step failed and is tried again"
        case .waiting: "a step waits for something that is not its own, such as AWS"
        case .adopted: "a control plane found its server running and took it over"
        case .serverDied: "its server is gone; it is started again where it can be"
        case .dataLost: "its database is gone; a reset gives it new data"
        case .roleRemade: "its role was gone and is made again"
        case .hibernated: "put to sleep"
        case .waking: "woken"
        case .resetting: "its data are being replaced"
        case .previousDropped: "the copy that a reset replaced is dropped"
        case .extended: "its deadline was moved"
        case .held: "a command or a session began to use it"
        case .protected: "protected from expiry and deletion"
        case .unprotected: "no longer protected"
        case .warning: "its deadline comes near"
        case .expiring: "its lifetime is over; it can be restored until the grace ends"
        case .restored: "brought back within its grace"
        case .deleting: "being taken down; of a snapshot: a generation is"
        case .serverStopped: "its server is stopped: for sleep, a reset, expiry or deletion"
        case .storageDropped: "its database and role are dropped"
        case .deleted: "nothing of it is left"
        case .importing: "the import of a generation began"
        case .registered: "a cluster was registered"
        case .cancelling: "an import is being stopped"
        case .retiring: "a generation that a newer one replaced and nothing uses is being dropped"
        case .retired: "such a generation is dropped; its snapshot stays"
        case .poolSize: "its warm pool was sized"
        case .poolRefillFailed: "a member of its warm pool could not be made"
        case .tokenCreated: "a token was made"
        case .tokenRevoked: "a token was revoked"
        case .webhookCreated: "a webhook was made"
        case .webhookDeleted: "a webhook was deleted"
        case .deliveryGivenUp: "an event could not be delivered to a webhook"
        case .recovered: "the records were out of reach, and answer again"
        case .reconcileRequested: "somebody had what exists compared with the records"
        case .orphanRemoved: "something that no record knows was removed"
        }
    }

    /// A word that is no kind would choose nothing, for ever and without a sign.
    /// - Throws: `invalidRequest` with the nearest kind, or all of them when none is near.
    package static func check(_ kinds: [String]) throws(ControlError) {
        guard let unknown = kinds.first(where: { EventKind(rawValue: $0) == nil }) else { return }
        let words = allCases.map(\.rawValue)
        let near = words.map { (word: $0, distance: distance(unknown.lowercased(), $0)) }
            .min { $0.distance < $1.distance }
        let hint =
            if let near, near.distance <= max(1, near.word.count / 3) {
                "did you mean \(near.word)? docs/api.md lists all kinds"
            } else {
                "one of \(words.sorted().joined(separator: ", "))"
            }
        throw ControlError(
            .invalidRequest, subject: "kind", "'\(unknown.prefix(64))' is not a kind of event", hint: hint)
    }

    /// How many characters have to be put in, taken out or replaced to make one word the other (Levenshtein).
    private static func distance(_ a: String, _ b: String) -> Int {
        let (a, b) = (Array(a.utf8.prefix(64)), Array(b.utf8))
        var row = Array(0...b.count)
        for (i, left) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, right) in b.enumerated() {
                let replaced = diagonal + (left == right ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(replaced, diagonal + 1, row[j] + 1)
            }
        }
        return row[b.count]
    }

    /// The kinds as a table in Markdown.
    package static var markdown: String {
        (["| kind | of | what it says |", "|---|---|---|"]
            + allCases.map { kind in
                let subjects = kind.subjects.map(\.rawValue).joined(separator: ", ")
                return "| `\(kind.rawValue)` | \(subjects) | \(kind.meaning) |"
            }).joined(separator: "\n")
    }
}
