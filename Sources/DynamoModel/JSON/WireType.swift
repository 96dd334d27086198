/// Casts of JSON values to the types of the service's model, with the messages of its protocol layer.
///
/// They are `SerializationException`s: raised while the request is parsed, before any validation.
enum WireType {
    static let attributeValueName = "com.amazonaws.dynamodb.v20120810.AttributeValue"

    static func string(_ json: JSONValue) throws(WireError) -> String {
        guard case .string(let string) = json else { throw mismatch(json, "String", "java.lang.String") }
        return string
    }

    static func bool(_ json: JSONValue) throws(WireError) -> Bool {
        switch json {
        case .bool(let bool): return bool
        case .string: throw .serialization("Unexpected token received from parser")
        default: throw mismatch(json, "Boolean", "java.lang.Boolean")
        }
    }

    static func integer(_ json: JSONValue, type: String = "Integer") throws(WireError) -> Int {
        guard case .number(let text) = json else { throw mismatch(json, type, "java.lang.\(type)") }
        if let int = Int(text) { return int }
        // The service truncates decimals and saturates.
        guard let double = Double(text) else { throw mismatch(json, type, "java.lang.\(type)") }
        return Int(exactly: double.rounded(.towardZero)) ?? (double < 0 ? Int.min : Int.max)
    }

    static func blob(_ json: JSONValue) throws(WireError) -> [UInt8] {
        guard case .string(let text) = json else {
            switch json {
            case .array: throw .serialization("Unrecognized collection type class java.nio.ByteBuffer")
            case .object: throw .serialization("Start of structure or map found where not expected")
            default: throw .serialization("only base-64-encoded strings are convertible to bytes")
            }
        }
        if let bytes = Base64.decode(text) { return bytes }
        let count = text.utf8.count
        if count % 4 != 0 {
            throw .serialization(
                "Base64 encoded length is expected a multiple of 4 bytes but found: \(count)")
        }
        if let bad = text.unicodeScalars.first(where: { !isBase64($0) }) {
            throw .serialization("Invalid Base64 character: '\(Character(bad))'")
        }
        throw .serialization("Invalid last non-pad Base64 character dectected")
    }

    static func list(_ json: JSONValue) throws(WireError) -> [JSONValue] {
        switch json {
        case .array(let values): return values
        case .object: throw .serialization("Start of structure or map found where not expected")
        default: throw .serialization("Unexpected field type")
        }
    }

    /// - Parameter name: the Java class of the values, as the message has it.
    static func map(_ json: JSONValue, of name: String) throws(WireError) -> [JSONMember] {
        switch json {
        case .object(let members): return members
        case .array:
            throw .serialization("Unrecognized collection type java.util.Map<java.lang.String, \(name)>")
        default: throw .serialization("Unexpected field type")
        }
    }

    static func structure(_ json: JSONValue, named name: String) throws(WireError) -> JSONValue {
        switch json {
        case .object: return json
        case .array:
            throw .serialization("Unrecognized collection type class com.amazonaws.dynamodb.v20120810.\(name)")
        default: throw .serialization("Unexpected value type in payload")
        }
    }

    private static func mismatch(_ json: JSONValue, _ type: String, _ javaClass: String) -> WireError {
        switch json {
        case .array: .serialization("Unrecognized collection type class \(javaClass)")
        case .object: .serialization("Start of structure or map found where not expected")
        case .number(let text):
            .serialization((Int(text) == nil ? "DECIMAL_VALUE" : "NUMBER_VALUE") + " cannot be converted to \(type)")
        case .string: .serialization("STRING_VALUE cannot be converted to \(type)")
        case .bool(let bool):
            .serialization((bool ? "TRUE_VALUE" : "FALSE_VALUE") + " cannot be converted to \(type)")
        case .null: .serialization("NULL_VALUE cannot be converted to \(type)")
        }
    }

    private static func isBase64(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "A"..."Z", "a"..."z", "0"..."9", "+", "/", "=": true
        default: false
        }
    }
}
