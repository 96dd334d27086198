import CZlib
import Environments

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Inflates a gzip file piece by piece and checks what a checksum of the whole would not say: that the file is
/// complete, intact and ends where its data ends. Members one after another are one text, as gzip defines.
final class GzipReader {
    private let path: String
    private let descriptor: Int32
    private var stream = z_stream()
    private var input: UnsafeMutableRawBufferPointer
    private var inMember = true
    private var membersRead = 0
    private var atEnd = false
    /// Compressed bytes read from the file so far.
    private(set) var bytesRead = 0

    init(path: String) throws(ControlError) {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw PosixFile.failure("read", path) }
        input = .allocate(byteCount: 128 * 1024, alignment: 16)
        let status = envctl_inflate_init(&stream, 15 + 16)
        precondition(status == Z_OK, "zlib could not allocate its window")
    }

    deinit {
        inflateEnd(&stream)
        input.deallocate()
        close(descriptor)
    }

    /// Appends the next inflated bytes, up to `limit` of them, to `text`; false at the end of the file.
    ///
    /// - Parameter onInput: sees every compressed byte once, for a digest of the file.
    func read(
        into text: inout [UInt8], limit: Int, onInput: (UnsafeRawBufferPointer) -> Void
    ) throws(ControlError) -> Bool {
        guard !atEnd else { return false }
        let start = text.count
        let capacity = start + limit
        text.append(contentsOf: repeatElement(0, count: limit))
        var written = start
        while written == start {
            if stream.avail_in == 0, try !fill(onInput) {
                guard !inMember else { throw broken("it is cut off: the gzip data do not end") }
                atEnd = true
                break
            }
            if !inMember {
                guard inflateReset(&stream) == Z_OK else { throw broken("zlib failed") }
                inMember = true
            }
            let status = text.withUnsafeMutableBufferPointer { buffer -> Int32 in
                stream.next_out = buffer.baseAddress.map { $0 + written }
                stream.avail_out = UInt32(capacity - written)
                let status = inflate(&stream, Z_NO_FLUSH)
                written = capacity - Int(stream.avail_out)
                return status
            }
            switch status {
            case Z_OK: break
            case Z_BUF_ERROR where stream.avail_in == 0: break
            case Z_STREAM_END:
                inMember = false
                membersRead += 1
            case Z_DATA_ERROR where membersRead > 0 && stream.total_out == 0:
                throw broken("there are other bytes after the end of the gzip data")
            default:
                throw broken("the gzip data are damaged: \(stream.msg.map { String(cString: $0) } ?? "code \(status)")")
            }
        }
        text.removeLast(capacity - written)
        return written > start
    }

    private func fill(_ onInput: (UnsafeRawBufferPointer) -> Void) throws(ControlError) -> Bool {
        while true {
            #if canImport(Darwin)
                let count = Darwin.read(descriptor, input.baseAddress, input.count)
            #elseif canImport(Musl)
                let count = Musl.read(descriptor, input.baseAddress, input.count)
            #else
                let count = Glibc.read(descriptor, input.baseAddress, input.count)
            #endif
            if count < 0 {
                if errno == EINTR { continue }
                throw PosixFile.failure("read", path)
            }
            guard count > 0 else { return false }
            bytesRead += count
            onInput(UnsafeRawBufferPointer(rebasing: input[..<count]))
            stream.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
            stream.avail_in = UInt32(count)
            return true
        }
    }

    private func broken(_ what: String) -> ControlError {
        ControlError(
            .invalidRequest, subject: path, "the data file \(path) is broken: \(what)", hint: "copy the export again")
    }
}
