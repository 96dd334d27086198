import NIOCore
import NIOHTTP1

/// One whole HTTP response.
package struct WireResponse: Sendable {
    package enum ContentType: String, Sendable {
        case amazonJSON = "application/x-amz-json-1.0"
        case json = "application/json"
        case text = "text/plain; charset=utf-8"
        case amazonJSON11 = "application/x-amz-json-1.1"

        /// That of the request, which says which of the service's protocols it speaks; `nil` for none of them.
        init?(answering request: HTTPHeaders) {
            let name = request.first(name: "content-type")?.prefix { $0 != ";" && $0 != " " }.lowercased()
            switch name {
            case ContentType.amazonJSON.rawValue: self = .amazonJSON
            case ContentType.amazonJSON11.rawValue: self = .amazonJSON11
            case ContentType.json.rawValue: self = .json
            default: return nil
            }
        }
    }

    package var status: Int
    /// `nil` sends none.
    package var contentType: ContentType?
    package var requestID: String
    package var body: [UInt8]
    /// CRC-32 of the body, sent as `x-amz-crc32` (the SDKs verify it); `nil` sends none.
    package var checksum: UInt32?
    /// The connection is closed after this response.
    package var closesConnection: Bool
    /// Whether the body is left out, as in the answer to `HEAD`; `content-length` still tells its size.
    package var omitsBody = false
    /// Further headers, names in small letters.
    package var headers: [(name: String, value: String)] = []

    package init(
        status: Int, contentType: ContentType?, requestID: String, body: [UInt8], checksum: UInt32? = nil,
        closesConnection: Bool = false
    ) {
        self.status = status
        self.contentType = contentType
        self.requestID = requestID
        self.body = body
        self.checksum = checksum
        self.closesConnection = closesConnection
    }

    /// Head and body in one buffer: one write, one packet where it fits, and no waiting for an acknowledgement
    /// between the two.
    func encoded(into allocator: ByteBufferAllocator, date: String) -> ByteBuffer {
        var buffer = allocator.buffer(capacity: 320 + body.count)
        buffer.writeStaticString("HTTP/1.1 ")
        buffer.writeString(String(status))
        buffer.writeStaticString(" ")
        buffer.writeString(Self.reason(status))
        buffer.writeStaticString("\r\nserver: extenddb-server\r\ndate: ")
        buffer.writeString(date)
        if let contentType {
            buffer.writeStaticString("\r\ncontent-type: ")
            buffer.writeString(contentType.rawValue)
        }
        buffer.writeStaticString("\r\ncontent-length: ")
        buffer.writeString(String(body.count))
        if !requestID.isEmpty {
            buffer.writeStaticString("\r\nx-amzn-RequestId: ")
            buffer.writeString(requestID)
        }
        if let checksum {
            buffer.writeStaticString("\r\nx-amz-crc32: ")
            buffer.writeString(String(checksum))
        }
        for (name, value) in headers { buffer.writeString("\r\n\(name): \(value)") }
        buffer.writeStaticString(
            closesConnection ? "\r\nconnection: close\r\n\r\n" : "\r\nconnection: keep-alive\r\n\r\n")
        if !omitsBody {
            buffer.writeBytes(body)
        }
        return buffer
    }

    private static func reason(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 400: "Bad Request"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 408: "Request Timeout"
        case 413: "Payload Too Large"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 503: "Service Unavailable"
        default: "Status"
        }
    }
}
