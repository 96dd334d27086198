/// What a call takes as its body. Its members are listed, so that one which is not among them, most likely a typing
/// error, is refused instead of ignored.
protocol RequestBody: Decodable, Sendable {
    associatedtype CodingKeys: CodingKey, CaseIterable

    /// Members that are objects with listed members of their own, by their names in JSON.
    static var nested: [String: any RequestBody.Type] { get }
}

extension RequestBody {
    static var nested: [String: any RequestBody.Type] { [:] }

    /// The names in JSON.
    static var members: [String] { CodingKeys.allCases.map { JSONMembers.name(of: $0.stringValue) } }

    /// Members of `found` that are none of these, as paths.
    static func unknown(in found: JSONMembers, below path: String = "") -> [String] {
        let members = Set(members)
        return found.members.sorted { $0.key < $1.key }.flatMap { name, value in
            guard members.contains(name) else { return [path + name] }
            return nested[name]?.unknown(in: value, below: "\(path)\(name).") ?? []
        }
    }
}

/// The names of an object's members, and of those in them; of anything else, none.
struct JSONMembers: Decodable, Sendable {
    var members: [String: JSONMembers] = [:]

    private struct Name: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }

        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        let container: KeyedDecodingContainer<Name>
        do {
            container = try decoder.container(keyedBy: Name.self)
        } catch DecodingError.typeMismatch, DecodingError.valueNotFound {
            // No object, so it has no members; whether it may be something else is for its type to say.
            return
        }
        for key in container.allKeys {
            members[key.stringValue] = try container.decode(JSONMembers.self, forKey: key)
        }
    }

    /// A property's name as ``APICoding`` writes it.
    static func name(of property: String) -> String {
        property.reduce(into: "") { name, character in
            name += character.isUppercase ? "_" + character.lowercased() : String(character)
        }
    }
}
