#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// How the API writes and reads JSON: snake_case keys, sorted, slashes as they are, so that the same value is always
/// the same text.
package enum APICoding {
    package static func encode(_ value: some Encodable, pretty: Bool = false) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
        return [UInt8](try encoder.encode(value))
    }

    package static func decode<Value: Decodable>(_ type: Value.Type, from bytes: some Sequence<UInt8>) throws -> Value {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(type, from: Data(bytes))
    }

    /// The names of the members in it, as they are written.
    static func members(of bytes: some Sequence<UInt8>) throws -> JSONMembers {
        try JSONDecoder().decode(JSONMembers.self, from: Data(bytes))
    }

    /// Seconds since 1970 as RFC 3339 in UTC with milliseconds.
    package static func timestamp(unixSeconds: Double) -> String {
        Date(timeIntervalSince1970: unixSeconds).formatted(
            Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    /// The inverse of ``timestamp(unixSeconds:)``; nil when the text is no such time.
    package static func unixSeconds(timestamp: String) -> Double? {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        return (try? style.parse(timestamp)).map(\.timeIntervalSince1970)
    }
}
