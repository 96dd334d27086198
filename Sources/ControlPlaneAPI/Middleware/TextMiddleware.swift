import Cryptography
import Environments
import Hummingbird

/// Looks at the text in a request's address, for all routes alike: PostgreSQL stores no zero byte, and the names and ids
/// in paths never need percent-encoding, so that a path which has some is refused, by what it stands for.
struct TextMiddleware: RouterMiddleware {
    typealias Context = APIRequestContext

    func handle(
        _ request: Request, context: APIRequestContext,
        next: (Request, APIRequestContext) async throws -> Response
    ) async throws -> Response {
        try Self.check(path: request.uri.path)
        for (name, value) in request.uri.queryParameters where value.utf8.contains(0) {
            throw ControlError(
                .invalidRequest, subject: String(name), "\(name) holds a zero byte", hint: "leave %00 out of it")
        }
        return try await next(request, context)
    }

    static func check(path: String) throws(ControlError) {
        let segments = path.split(separator: "/")
        for (index, segment) in segments.enumerated() where segment.contains("%") {
            guard let text = decoded(segment) else {
                throw ControlError(
                    .invalidRequest, subject: path, "'\(segment.prefix(80))' in the path is not percent-encoded UTF-8",
                    hint: "write % only before the two hexadecimal digits of a byte")
            }
            guard !text.utf8.contains(0) else {
                throw ControlError(
                    .invalidRequest, subject: path, "the path holds a zero byte", hint: "leave %00 out of it")
            }
            switch (index, segments.first, segments.dropFirst().first) {
            case (2, "v1", "environments"): _ = try EnvironmentName(text)
            case (2, "v1", "snapshots"): _ = try SnapshotName(text)
            default: break
            }
            throw ControlError(
                .invalidRequest, subject: path, "'\(text.prefix(80))' is written with % in the path",
                hint: "no name and no id needs that: write it as it is")
        }
    }

    /// Nil: it is not the encoding of UTF-8.
    private static func decoded(_ segment: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = segment.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let value = Hex.decode(String(Substring(rest.prefix(2)))), let one = value.first
            else { return nil }
            bytes.append(one)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
