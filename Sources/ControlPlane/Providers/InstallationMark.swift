import DynamoModel

/// What the comment of a database or role of ours says: whose it is and what for.
///
/// The comment is JSON, e.g.
/// `{"envctl":"1","installation":"6b1f…","kind":"environment","id":"9c2e…","generation":1}`.
package struct InstallationMark: Sendable, Hashable {
    /// What the resource belongs to.
    package enum Kind: String, Sendable, Hashable {
        /// A clone and its role.
        case environment
        /// A generation of a snapshot.
        case snapshot
    }

    /// The installation that made it; another installation's resources are never touched.
    package var installation: String
    package var kind: Kind
    /// The environment's or snapshot's id.
    package var id: String
    package var generation: Int

    package init(installation: String, kind: Kind, id: String, generation: Int) {
        self.installation = installation
        self.kind = kind
        self.id = id
        self.generation = generation
    }

    /// The comment's text.
    package var comment: String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("envctl")
        writer.string("1")
        writer.name("installation")
        writer.string(installation)
        writer.name("kind")
        writer.string(kind.rawValue)
        writer.name("id")
        writer.string(id)
        writer.name("generation")
        writer.number(generation)
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// The mark that `comment` holds; nil for anything that this product did not write.
    package init?(comment: String) {
        guard let json = try? JSONValue(parsing: Array(comment.utf8)),
            json["envctl"]?.stringValue == "1",
            let installation = json["installation"]?.stringValue,
            let kind = json["kind"]?.stringValue.flatMap(Kind.init(rawValue:)),
            let id = json["id"]?.stringValue,
            let generation = json["generation"]?.intValue
        else { return nil }
        self.init(installation: installation, kind: kind, id: id, generation: generation)
    }
}
