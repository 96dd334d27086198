/// One line of the history: what happened to what, when, and who wanted it. Events are only ever added.
package struct EventRecord: Hashable, Sendable, Identifiable {
    package enum SubjectKind: String, Sendable, Hashable, CaseIterable {
        case environment, snapshot, installation, token, webhook
    }

    /// Rising in the order of writing; see ``EventCursor`` for the order to follow by.
    package var id: Int64
    package var cursor: EventCursor
    package var at: Timestamp
    package var subjectKind: SubjectKind
    /// The id of what it is about.
    package var subjectID: String
    /// Its name at that time; empty when it has none.
    package var subjectName: String
    /// A stable word: a phase that was entered, or `retry`, `extended`, `server-died`, …
    package var kind: String
    /// A sentence for people, without secrets.
    package var message: String
    /// Who wanted it: a token's owner, `local`, or a part of the control plane; empty for a step of its own.
    package var actor: String
    /// The address that the request came from; empty when the control plane acted by itself.
    package var source: String

    package init(
        id: Int64, transaction: Int64, at: Timestamp, subjectKind: SubjectKind, subjectID: String,
        subjectName: String, kind: String, message: String, actor: String = "", source: String = ""
    ) {
        self.id = id
        cursor = EventCursor(transaction: transaction, id: id)
        self.at = at
        self.subjectKind = subjectKind
        self.subjectID = subjectID
        self.subjectName = subjectName
        self.kind = kind
        self.message = message
        self.actor = actor
        self.source = source
    }
}
