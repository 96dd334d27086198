import Dispatch

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A TCP connection on which a test writes exactly the bytes that it means to write.
///
/// The calls block threads of Dispatch, never those of Swift's pool, where the server under test runs.
final class RawClient: Sendable {
    private let descriptor: CInt

    struct Failure: Error {
        var call: String
        var code: CInt
    }

    /// - Parameters:
    ///   - timeout: seconds that a read waits before it throws `EAGAIN`.
    ///   - receiveBuffer: bytes that the kernel takes before the test reads them; the system's choice if `nil`.
    init(port: Int, timeout: Int = 20, receiveBuffer: CInt? = nil) throws {
        #if canImport(Glibc)
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
            descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        if var size = receiveBuffer {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<CInt>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else {
            let code = errno
            close(descriptor)
            throw Failure(call: "connect", code: code)
        }
        var limit = timeval()
        limit.tv_sec = timeout
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit {
        close(descriptor)
    }

    func send(_ text: String) async throws {
        try await send(Array(text.utf8))
    }

    func send(_ bytes: [UInt8]) async throws {
        let descriptor = descriptor
        try await onThread {
            var sent = 0
            while sent < bytes.count {
                let count = bytes[sent...].withUnsafeBytes { part in
                    #if canImport(Glibc)
                        Glibc.send(descriptor, part.baseAddress, part.count, Int32(MSG_NOSIGNAL))
                    #else
                        Darwin.send(descriptor, part.baseAddress, part.count, 0)
                    #endif
                }
                guard count > 0 else { throw Failure(call: "send", code: errno) }
                sent += count
            }
        }
    }

    /// Says that nothing more will be sent.
    func finishSending() {
        _ = shutdown(descriptor, CInt(SHUT_WR))
    }

    /// Some bytes; empty when the server has closed the connection.
    func receive(atMost limit: Int = 65_536) async throws -> [UInt8] {
        let descriptor = descriptor
        return try await onThread {
            var bytes = [UInt8](repeating: 0, count: limit)
            let count = recv(descriptor, &bytes, limit, 0)
            guard count >= 0 else { throw Failure(call: "recv", code: errno) }
            return Array(bytes[..<count])
        }
    }

    /// Everything until the server closes the connection.
    func receiveAll() async throws -> String {
        var bytes: [UInt8] = []
        while true {
            let part = try await receive()
            if part.isEmpty { return String(decoding: bytes, as: UTF8.self) }
            bytes += part
        }
    }

    /// Text until it holds `marker` as often as said, or until the server closes.
    func receive(until marker: String, count: Int = 1) async throws -> String {
        var bytes: [UInt8] = []
        while true {
            let text = String(decoding: bytes, as: UTF8.self)
            if text.occurrences(of: marker) >= count { return text }
            let part = try await receive()
            if part.isEmpty { return text }
            bytes += part
        }
    }

    private func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            // A serial queue gets a thread of its own; the global ones share those of Swift's pool.
            DispatchQueue(label: "raw-client").async {
                continuation.resume(with: Result { try body() })
            }
        }
    }
}

extension String {
    func occurrences(of marker: String) -> Int {
        let text = Array(utf8)
        let marker = Array(marker.utf8)
        guard text.count >= marker.count else { return 0 }
        return (0...(text.count - marker.count)).count { text[$0...].starts(with: marker) }
    }
}
