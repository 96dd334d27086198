import Cryptography
import DynamoModel
package import Environments

/// What a webhook gets for an event.
package enum WebhookMessage {
    /// The event as JSON, the same as in the API.
    package static func body(_ event: EventRecord) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        func member(_ name: String, _ value: String) {
            guard !value.isEmpty else { return }
            writer.name(name)
            writer.string(value)
        }
        member("actor", event.actor)
        member("at", event.at.description)
        member("cursor", event.cursor.description)
        writer.name("id")
        writer.number(Int(event.id))
        member("kind", event.kind)
        writer.name("message")
        writer.string(event.message)
        member("name", event.subjectName)
        member("source", event.source)
        member("subject", event.subjectKind.rawValue)
        member("subject_id", event.subjectID)
        writer.endObject()
        return writer.bytes
    }

    /// `t=<seconds since 1970>,v1=<HMAC-SHA256 of "t.body" in hexadecimal>`. The time is signed with the body, so that a
    /// receiver can refuse an old message that somebody sends again.
    package static func signature(_ body: [UInt8], secret: String, at now: Timestamp) -> String {
        let seconds = now.microseconds / 1_000_000
        let code = HMACSHA256.authenticate(Array("\(seconds).".utf8) + body, key: Array(secret.utf8))
        return "t=\(seconds),v1=\(Hex.encode(code))"
    }
}
