import CZlib
import NIOHTTP1

/// The codings of bodies that the service knows: of responses for a client that accepts them, and of requests
/// (`Content-Encoding`). A signature and `x-amz-crc32` cover the bytes that are sent, so the compressed ones.
enum ContentCoding: String, CaseIterable, Sendable {
    case gzip
    case deflate

    /// Smaller bodies are sent as they are: compressing them costs more time than it saves.
    static let threshold = 4096

    /// What zlib calls the format: 15 bits of window, and 16 for the gzip frame in place of its own.
    private var windowBits: Int32 {
        switch self {
        case .gzip: 15 + 16
        case .deflate: 15
        }
    }

    /// The coding of a request's body; `nil` for one that is sent as it is, or in a coding that nobody knows, which then
    /// is no JSON.
    init?(ofRequest headers: HTTPHeaders) {
        guard let name = headers.first(name: "content-encoding"), let coding = Self(rawValue: name.lowercased()) else {
            return nil
        }
        self = coding
    }

    /// The coding that a client accepts and names (RFC 9110, "Accept-Encoding"); a `*` names none.
    init?(acceptedBy headers: HTTPHeaders) {
        var accepted: Set<String> = []
        for element in headers[canonicalForm: "accept-encoding"] {
            let parts = element.lowercased().split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
            guard let name = parts.first else { continue }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            if weight > 0 { accepted.insert(name) }
        }
        guard let coding = Self.allCases.first(where: { accepted.contains($0.rawValue) }) else { return nil }
        self = coding
    }

    // MARK: Bytes

    /// The bytes in this coding.
    func encode(_ bytes: [UInt8]) -> [UInt8] {
        var stream = z_stream()
        let status = envctl_deflate_init(&stream, Z_BEST_SPEED, windowBits)
        precondition(status == Z_OK, "zlib could not allocate its window")
        defer { deflateEnd(&stream) }
        var input = bytes
        // Room for all of it, so that one call does.
        var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))))
        let written = Self.run(&stream, &input, 0, &output) { CZlib.deflate($0, Z_FINISH) }
        precondition(written.status == Z_STREAM_END, "zlib's bound was too small")
        return Array(output[..<written.produced])
    }

    enum DecodingError: Error, Hashable {
        /// The bytes are not in this coding, or cut off.
        case damaged
        case tooLarge
    }

    /// What the bytes stand for. Members of a gzip body one after another are one text, as gzip defines.
    func decode(_ bytes: [UInt8], limit: Int) throws(DecodingError) -> [UInt8] {
        var stream = z_stream()
        let status = envctl_inflate_init(&stream, windowBits)
        precondition(status == Z_OK, "zlib could not allocate its window")
        defer { inflateEnd(&stream) }
        var input = bytes
        var position = 0
        var piece = [UInt8](repeating: 0, count: 64 * 1024)
        var text: [UInt8] = []
        while true {
            let read = Self.run(&stream, &input, position, &piece) { inflate($0, Z_NO_FLUSH) }
            position = input.count - read.left
            text += piece[..<read.produced]
            guard text.count <= limit else { throw .tooLarge }
            switch read.status {
            case Z_STREAM_END where position == input.count: return text
            case Z_STREAM_END:
                guard self == .gzip, inflateReset(&stream) == Z_OK else { throw .damaged }
            case Z_OK where read.produced > 0 || position < input.count: continue
            default: throw .damaged
            }
        }
    }

    /// One call of zlib, from a position of the input into the whole of the output.
    private static func run(
        _ stream: inout z_stream, _ input: inout [UInt8], _ position: Int, _ output: inout [UInt8],
        _ work: (UnsafeMutablePointer<z_stream>) -> Int32
    ) -> (status: Int32, left: Int, produced: Int) {
        input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                withUnsafeMutablePointer(to: &stream) { stream in
                    stream.pointee.next_in = source.baseAddress.map { $0 + position }
                    stream.pointee.avail_in = UInt32(source.count - position)
                    stream.pointee.next_out = target.baseAddress
                    stream.pointee.avail_out = UInt32(target.count)
                    let status = work(stream)
                    return (status, Int(stream.pointee.avail_in), target.count - Int(stream.pointee.avail_out))
                }
            }
        }
    }
}
