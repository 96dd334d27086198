package import ControlPlane
package import Environments
package import Hummingbird
import NIOCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What a route needs to read a request and write an answer.
package struct APIRequestContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// Whose token the request carries; nobody's until ``AuthenticationMiddleware`` has checked it.
    package var caller: Caller
    /// The token itself, for what goes on longer than a request and must end when it is revoked.
    package var token: String
    /// The client's address.
    package let source: String
    /// The client's connection.
    let channel: any Channel

    /// Who asks, and from where: what every change that the request causes is recorded with.
    package var actor: Actor { Actor(name: caller.owner, source: source) }

    package init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        caller = Caller(owner: "", scope: .read)
        token = ""
        self.source = Self.address(source.channel.remoteAddress)
        channel = source.channel
    }

    /// The client's address without its port, which changes with every connection; `unix` for a Unix socket.
    private static func address(_ address: SocketAddress?) -> String {
        switch address {
        case .v4?, .v6?: address?.ipAddress ?? ""
        case .unixDomainSocket?: "unix"
        case nil: ""
        }
    }

    /// Bodies of this API are names and numbers; 64 KiB is far above any of them.
    package var maxUploadSize: Int { 65_536 }
}

extension APIRequestContext {
    /// The `:name` of the route.
    func name() throws -> String { try parameters.require("name") }
}

extension Request {
    /// The body as `Value`.
    ///
    /// - Throws: `ControlError` when it is not JSON of that shape, or has members that are not in it.
    func decoded<Value: RequestBody>(as type: Value.Type, context: APIRequestContext) async throws -> Value {
        let buffer: ByteBuffer
        do {
            buffer = try await body.collect(upTo: context.maxUploadSize)
        } catch {
            throw ControlError(.invalidRequest, "the request body is longer than \(context.maxUploadSize) bytes")
        }
        do {
            let unknown = type.unknown(in: try APICoding.members(of: buffer.readableBytesView))
            guard unknown.isEmpty else {
                let shown = unknown.prefix(5).map { "'\($0.prefix(80))'" }.joined(separator: ", ")
                throw ControlError(
                    .invalidRequest, subject: unknown.first ?? "", "\(uri.path) takes no member \(shown)",
                    hint: "it takes " + type.members.joined(separator: ", "))
            }
            return try APICoding.decode(type, from: buffer.readableBytesView)
        } catch let error as DecodingError {
            throw ControlError(
                .invalidRequest, "the request body is not what \(uri.path) takes: \(error.reason)",
                hint: "send JSON with the members that the API's documentation names")
        }
    }

    /// A query parameter as a whole number within `range`, or `preset` when it is absent.
    func number(_ name: String, in range: ClosedRange<Int>, preset: Int) throws(ControlError) -> Int {
        guard let text = uri.queryParameters[Substring(name)] else { return preset }
        guard let value = Int(text), range.contains(value) else {
            throw ControlError(
                .invalidRequest, subject: name, "\(name) is '\(text)'",
                hint: "give a whole number between \(range.lowerBound) and \(range.upperBound)")
        }
        return value
    }
}

extension DecodingError {
    /// What was wrong and where, without the value.
    fileprivate var reason: String {
        switch self {
        case .keyNotFound(let key, _): "member '\(key.stringValue)' is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            "member '\(context.codingPath.map(\.stringValue).joined(separator: "."))' has the wrong type"
        case .dataCorrupted: "it is not valid JSON"
        @unknown default: "it cannot be read"
        }
    }
}

extension Response {
    /// `value` as JSON.
    static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response {
        Response(
            status: status, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: try APICoding.encode(value))))
    }

    static func problem(_ problem: Problem) throws -> Response {
        var response = try Response.json(problem, status: HTTPResponse.Status(code: problem.status))
        response.headers[.contentType] = "application/problem+json"
        return response
    }

    static func text(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: "text/plain; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
