import Dispatch
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A server for tests of HTTP clients that answers each request with fixed bytes, on a loopback port or a Unix socket.
package final class LoopbackServer: Sendable {
    /// What to do with a request: its head and body as text.
    package enum Answer: Sendable {
        case respond(String)
        /// Neither answer nor close, until the client goes away.
        case hang
        case close
    }

    private let listener: Int32
    package let port: Int
    private let accepted = Atomic<Int>(0)
    /// Serial queues, since those have threads of their own; concurrent ones share a thread a processor with Swift's
    /// tasks, and each of these blocks its thread.
    private let queue = DispatchQueue(label: "loopback-server")

    package var connections: Int { accepted.load(ordering: .acquiring) }

    package init(unixSocket: String? = nil, answer: @escaping @Sendable (String) -> Answer) throws {
        if let unixSocket {
            listener = socket(AF_UNIX, Self.streamSocket, 0)
            port = 0
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(unixSocket.utf8)) }
            try Self.listenOn(listener, &address)
        } else {
            let listener = socket(AF_INET, Self.streamSocket, 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            try Self.listenOn(listener, &address)
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            withUnsafeMutablePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(listener, $0, &length) }
            }
            self.listener = listener
            port = Int(UInt16(bigEndian: address.sin_port))
        }
        queue.async { [listener] in
            // Closed here and not by stop(): the number of a descriptor that is closed under a waiting accept is
            // given to the next server, and this loop would take that one's connections.
            defer { close(listener) }
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                self.accepted.add(1, ordering: .acquiringAndReleasing)
                DispatchQueue(label: "loopback-connection").async { Self.serve(connection, answer) }
            }
        }
    }

    package func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
    }

    /// A client that went away must not end the test process by SIGPIPE.
    #if canImport(Glibc)
        private static let noSignal = Int32(MSG_NOSIGNAL)
        private static let streamSocket = Int32(SOCK_STREAM.rawValue)
    #else
        private static let noSignal: Int32 = 0
        private static let streamSocket = SOCK_STREAM
    #endif

    package struct Failure: Error { let errno: Int32 }

    private static func listenOn<Address>(_ socket: Int32, _ address: inout Address) throws {
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, socklen_t(MemoryLayout<Address>.size))
            }
        }
        guard bound == 0, listen(socket, 64) == 0 else { throw Failure(errno: errno) }
    }

    private static func serve(_ connection: Int32, _ answer: (String) -> Answer) {
        defer { close(connection) }
        var buffered: [UInt8] = []
        while let request = receive(connection, &buffered) {
            switch answer(request) {
            case .respond(let text):
                let bytes = Array(text.utf8)
                var sent = 0
                while sent < bytes.count {
                    let count = bytes.withUnsafeBytes {
                        send(
                            connection, $0.baseAddress.map { $0 + sent }, bytes.count - sent,
                            noSignal)
                    }
                    guard count > 0 else { return }
                    sent += count
                }
            case .hang:
                var byte: UInt8 = 0
                while recv(connection, &byte, 1, 0) > 0 {}
                return
            case .close:
                return
            }
        }
    }

    /// One request with a Content-Length body; `nil` when the client closed.
    private static func receive(_ connection: Int32, _ buffered: inout [UInt8]) -> String? {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let text = String(decoding: buffered, as: UTF8.self)
            let parts = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 {
                let length =
                    parts[0].split(separator: "\r\n").compactMap { line in
                        line.lowercased().hasPrefix("content-length: ") ? Int(line.dropFirst(16)) : nil
                    }
                    .first ?? 0
                let total = parts[0].utf8.count + 4 + length
                if buffered.count >= total {
                    defer { buffered.removeFirst(total) }
                    return String(decoding: buffered[..<total], as: UTF8.self)
                }
            }
            let count = recv(connection, &chunk, chunk.count, 0)
            guard count > 0 else { return nil }
            buffered += chunk[..<count]
        }
    }
}
