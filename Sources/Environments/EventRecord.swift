/// One line of the history of an environment or a snapshot. Events are only ever added.
package struct EventRecord: Hashable, Sendable, Identifiable {
    package enum SubjectKind: String, Sendable, Hashable, CaseIterable {
        case environment, snapshot, installation
    }

    /// Rising in the order of recording.
    package var id: Int64
    package var at: Timestamp
    package var subjectKind: SubjectKind
    /// The id of the environment or snapshot.
    package var subjectID: String
    /// A stable word: a phase that was entered, or `retry`, `extended`, `server-died`, …
    package var kind: String
    /// A sentence for people, without secrets.
    package var message: String

    package init(
        id: Int64, at: Timestamp, subjectKind: SubjectKind, subjectID: String, kind: String, message: String
    ) {
        self.id = id
        self.at = at
        self.subjectKind = subjectKind
        self.subjectID = subjectID
        self.kind = kind
        self.message = message
    }
}
