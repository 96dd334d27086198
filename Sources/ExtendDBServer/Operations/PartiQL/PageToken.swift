import Cryptography
import DynamoModel

/// `NextToken` of ExecuteStatement: where the next page begins, and of which statement.
struct PageToken: Hashable, Sendable {
    private static let invalid = WireError.validation("NextToken does not match request")

    let position: SelectPage.Position
    let fingerprint: String

    /// What stands for a statement with its values; a token is good for no other.
    static func fingerprint(_ text: PartiQLText) -> String {
        var writer = JSONWriter()
        writer.beginArray()
        writer.string(text.statement)
        for parameter in text.parameters { writer.item(["": parameter]) }
        writer.endArray()
        return Base64.encode(SHA256.hash(writer.bytes))
    }

    init(_ position: SelectPage.Position, of fingerprint: String) {
        self.position = position
        self.fingerprint = fingerprint
    }

    /// - Throws: the service's error if the text is no token of this statement.
    init(_ text: String, of fingerprint: String) throws(WireError) {
        guard let bytes = Base64.decode(text), let json = try? JSONValue(parsing: bytes),
            json["statement"]?.stringValue == fingerprint, let source = json["source"]?.intValue, source >= 0
        else { throw Self.invalid }
        var key: Item?
        if let value = json["key"] {
            guard let item = try? Item(json: value) else { throw Self.invalid }
            key = item
        }
        self.init(SelectPage.Position(source: source, key: key), of: fingerprint)
    }

    var text: String {
        var writer = JSONWriter()
        writer.beginObject()
        if let key = position.key {
            writer.name("key")
            writer.item(key)
        }
        writer.name("source")
        writer.number(position.source)
        writer.name("statement")
        writer.string(fingerprint)
        writer.endObject()
        return Base64.encode(writer.bytes)
    }
}
