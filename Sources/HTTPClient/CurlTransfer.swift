import CCurl
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// One request on its way through libcurl.
///
/// `@unchecked Sendable`: the handle and the receiver are used by the thread that makes the transfer until it is
/// submitted, and by the loop's thread from then on.
final class CurlTransfer: @unchecked Sendable {
    typealias Outcome = Result<HTTPResponse, HTTPClientError>
    typealias Continuation = CheckedContinuation<Outcome, Never>

    let easy: UnsafeMutableRawPointer
    let isCancelled = Atomic<Bool>(false)
    private let request: HTTPRequest
    private let receiver: Receiver
    private let headers: UnsafeMutablePointer<curl_slist>?
    private let authority: String?
    /// What curl says beyond its verdict.
    private let details = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))

    init(
        _ request: HTTPRequest, authority: String?, onHead: @escaping @Sendable (HTTPResponse) -> Reception,
        onBytes: @escaping @Sendable (UnsafeRawBufferPointer) -> Reception
    ) throws(HTTPClientError) {
        guard CurlLibrary.isReady, let easy = curl_easy_init() else {
            throw HTTPClientError(code: .other, message: "libcurl cannot be initialised")
        }
        self.easy = easy
        self.request = request
        self.authority = authority
        receiver = Receiver(onHead: onHead, onBytes: onBytes)
        var headers: UnsafeMutablePointer<curl_slist>?
        for line in Self.headerLines(of: request) {
            headers = curl_slist_append(headers, line)
        }
        self.headers = headers
        details.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        configure()
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_slist_free_all(headers)
        details.deallocate()
    }

    private func configure() {
        envctl_curl_set_string(easy, CURLOPT_URL, request.url)
        envctl_curl_set_string(easy, CURLOPT_PROTOCOLS_STR, "http,https")
        envctl_curl_set_long(easy, CURLOPT_NOSIGNAL, 1)
        envctl_curl_set_long(easy, CURLOPT_PATH_AS_IS, 1)
        if let timeout = request.timeout {
            envctl_curl_set_long(easy, CURLOPT_TIMEOUT_MS, Self.milliseconds(timeout))
        }
        if let timeout = request.connectTimeout {
            envctl_curl_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, Self.milliseconds(timeout))
        }
        if let idle = request.idleTimeout {
            // Less than one byte a second for so long.
            envctl_curl_set_long(easy, CURLOPT_LOW_SPEED_LIMIT, 1)
            envctl_curl_set_long(easy, CURLOPT_LOW_SPEED_TIME, Int(max(1, idle.components.seconds)))
        }
        if let socket = request.unixSocket {
            envctl_curl_set_string(easy, CURLOPT_UNIX_SOCKET_PATH, socket)
            envctl_curl_set_string(easy, CURLOPT_PROXY, "")
        }
        if !request.usesProxies {
            envctl_curl_set_string(easy, CURLOPT_PROXY, "")
        }
        envctl_curl_set_string(easy, CURLOPT_NOPROXY, Self.directHosts)
        if let authority { envctl_curl_set_string(easy, CURLOPT_CAINFO, authority) }
        envctl_curl_set_pointer(easy, CURLOPT_ERRORBUFFER, details)
        if request.url.hasPrefix("https:") {
            // HTTP/2 where the server offers it during the handshake, and then several requests on one connection. Plain
            // requests must not wait for one another's: when that one is closed, curl does not try them again.
            envctl_curl_set_long(easy, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
            envctl_curl_set_long(easy, CURLOPT_PIPEWAIT, 1)
        }
        if request.method == "HEAD" {
            envctl_curl_set_long(easy, CURLOPT_NOBODY, 1)
        } else {
            if !request.body.isEmpty || request.method == "POST" || request.method == "PUT" {
                envctl_curl_set_long(easy, CURLOPT_POST, 1)
                envctl_curl_set_size(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request.body.count))
                // Copies; also an empty body, because without any curl would read one from standard input.
                request.body.withUnsafeBytes { body in
                    withUnsafeBytes(of: UInt8(0)) { none in
                        let start = body.isEmpty ? none.baseAddress : body.baseAddress
                        envctl_curl_set_pointer(easy, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: start))
                    }
                }
            }
            envctl_curl_set_string(easy, CURLOPT_CUSTOMREQUEST, request.method)
        }
        envctl_curl_set_pointer(easy, CURLOPT_HTTPHEADER, headers)
        let context = Unmanaged.passUnretained(receiver).toOpaque()
        envctl_curl_set_callback(easy, CURLOPT_HEADERFUNCTION, receiveHeader)
        envctl_curl_set_pointer(easy, CURLOPT_HEADERDATA, context)
        envctl_curl_set_callback(easy, CURLOPT_WRITEFUNCTION, receiveBody)
        envctl_curl_set_pointer(easy, CURLOPT_WRITEDATA, context)
    }

    /// The answer, or why there is none.
    ///
    /// - Parameter code: curl's verdict, `nil` for a cancelled transfer.
    func outcome(_ code: CURLcode?) -> Outcome {
        guard let code else {
            return .failure(HTTPClientError(code: .cancelled, message: "the request was cancelled"))
        }
        switch receiver.end {
        case .tooLarge:
            return .failure(
                HTTPClientError(
                    code: .responseTooLarge,
                    message: "the answer is longer than \(request.maximumResponseBytes) bytes"))
        case .unwanted:
            return .failure(HTTPClientError(code: .cancelled, message: "the receiver ended the transfer"))
        case .taken:
            break
        }
        guard code == CURLE_OK else {
            return .failure(error(code))
        }
        var status = 0
        envctl_curl_get_long(easy, CURLINFO_RESPONSE_CODE, &status)
        return .success(HTTPResponse(status: status, headers: receiver.headers, body: []))
    }

    private func error(_ code: CURLcode) -> HTTPClientError {
        var sent = 0
        envctl_curl_get_long(easy, CURLINFO_REQUEST_SIZE, &sent)
        let kind: HTTPClientError.Code =
            switch code {
            case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: .invalidURL
            case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .nameNotResolved
            case CURLE_COULDNT_CONNECT: .connectionFailed
            case CURLE_OPERATION_TIMEDOUT: sent == 0 && request.connectTimeout != nil ? .connectionFailed : .timedOut
            case CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_PARTIAL_FILE: .connectionLost
            case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM,
                CURLE_SSL_CACERT_BADFILE:
                .tls
            default: .other
            }
        var reason = curl_easy_strerror(code).map { String(cString: $0) } ?? "curl error \(code.rawValue)"
        if kind == .tls {
            // Which of the many reasons, and whom it was held against.
            if details.pointee != 0 { reason = String(cString: details) }
            reason += " (trusted are \(authority.map { "the certificates in " + $0 } ?? "the system's certificates"))"
        }
        return HTTPClientError(code: kind, message: "\(request.method) \(request.url): \(reason)")
    }

    private static func headerLines(of request: HTTPRequest) -> [String] {
        var lines = request.headers.map { name, value in
            // curl drops a header with nothing behind the colon; the semicolon sends it empty.
            value.isEmpty ? name + ";" : name + ": " + value
        }
        let names = Set(request.headers.map { $0.0.lowercased() })
        // Headers that curl would add by itself: waiting for "100 Continue", and a form's content type.
        for name in ["Expect", "Content-Type", "Accept"] where !names.contains(name.lowercased()) {
            lines.append(name + ":")
        }
        return lines
    }

    /// At least 1: zero would mean "no limit" to curl.
    private static func milliseconds(_ duration: Duration) -> Int {
        let (seconds, attoseconds) = duration.components
        return Int(max(1, seconds * 1_000 + attoseconds / 1_000_000_000_000_000))
    }

    /// This machine, and what `no_proxy` names: setting curl's option puts that variable out of force.
    private static var directHosts: String {
        let named = getenv("no_proxy") ?? getenv("NO_PROXY")
        let hosts = named.map { String(cString: $0) } ?? ""
        return hosts.contains("*") ? "*" : "localhost,127.0.0.1,::1" + (hosts.isEmpty ? "" : "," + hosts)
    }
}

/// What curl's callbacks write into during one transfer.
private final class Receiver {
    var headers: [(String, String)] = []
    var end: Reception = .taken
    private var status = 0
    private var isHeadDone = false
    private let onHead: (HTTPResponse) -> Reception
    private let onBytes: (UnsafeRawBufferPointer) -> Reception

    init(
        onHead: @escaping (HTTPResponse) -> Reception, onBytes: @escaping (UnsafeRawBufferPointer) -> Reception
    ) {
        self.onHead = onHead
        self.onBytes = onBytes
    }

    /// A status line starts a new set of headers: an interim answer's (1xx) are not the answer's. An empty line ends
    /// the set.
    func header(_ line: Substring) -> Bool {
        if line.hasPrefix("HTTP/") {
            headers.removeAll()
            status = line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        } else if line.isEmpty, status >= 200, !isHeadDone {
            // Once: trailers of a body end with an empty line too.
            isHeadDone = true
            end = onHead(HTTPResponse(status: status, headers: headers, body: []))
        } else if let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) {
            let value = line[line.index(after: colon)...]
            headers.append((String(line[..<colon]), String(value.drop { $0 == " " || $0 == "\t" })))
        }
        return end == .taken
    }

    func body(_ bytes: UnsafeRawBufferPointer) -> Bool {
        end = onBytes(bytes)
        return end == .taken
    }
}

private func receiveHeader(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let bytes, let context else { return 0 }
    let receiver = Unmanaged<Receiver>.fromOpaque(context).takeUnretainedValue()
    let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
    let text = String(decoding: line.prefix { $0 != 0x0D && $0 != 0x0A }, as: UTF8.self)
    return receiver.header(text[...]) ? size * count : 0
}

private func receiveBody(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let bytes, let context else { return 0 }
    let receiver = Unmanaged<Receiver>.fromOpaque(context).takeUnretainedValue()
    return receiver.body(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
}
