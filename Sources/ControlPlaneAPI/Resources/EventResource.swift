import ControlPlane
package import Environments

/// One line of the history.
package struct EventResource: Codable, Sendable, Equatable {
    package var id: Int
    /// Its place in the stream of all events; opaque.
    package var cursor: String
    package var at: String
    /// `environment`, `snapshot`, `token`, `webhook` or `installation`.
    package var subject: String
    package var subjectId: String
    /// The subject's name at that time; absent when it has none.
    package var name: String?
    package var kind: String
    package var message: String
    /// Who wanted it; absent for a step of the control plane's own.
    package var actor: String?
    /// The address that the request came from.
    package var source: String?

    package init(
        id: Int, cursor: String, at: String, subject: String, subjectId: String, name: String? = nil, kind: String,
        message: String, actor: String? = nil, source: String? = nil
    ) {
        self.id = id
        self.cursor = cursor
        self.at = at
        self.subject = subject
        self.subjectId = subjectId
        self.name = name
        self.kind = kind
        self.message = message
        self.actor = actor
        self.source = source
    }
}

extension EventResource {
    package init(_ record: EventRecord) {
        self.init(
            id: Int(record.id), cursor: record.cursor.description, at: record.at.description,
            subject: record.subjectKind.rawValue, subjectId: record.subjectID,
            name: record.subjectName.isEmpty ? nil : record.subjectName, kind: record.kind, message: record.message,
            actor: record.actor.isEmpty ? nil : record.actor, source: record.source.isEmpty ? nil : record.source)
    }
}

/// Answer of `GET /v1/events`.
package struct EventListResource: Codable, Sendable, Equatable {
    package var items: [EventResource]
    /// Where to go on: give it as `after`.
    package var next: String

    package init(items: [EventResource], next: String) {
        self.items = items
        self.next = next
    }
}
