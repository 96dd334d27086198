import CZlib

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Reads an object line by line, plain or compressed, in pieces: no more of it is in memory than the longest line.
final class ObjectLines {
    enum Problem: Error, Hashable {
        case file(BucketDirectory.Failure)
        /// The data are not gzip, or cut off.
        case damaged
    }

    private static let pieceSize = 64 * 1024

    private let path: String
    private let file: Int32
    private let isCompressed: Bool
    /// zlib keeps its address: it must not move.
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private var isEnded = false
    private var inMember = true
    private var input = [UInt8](repeating: 0, count: pieceSize)
    private var inputRange = 0..<0
    private var text: [UInt8] = []
    private var position = 0

    init(path: String, isCompressed: Bool) throws(Problem) {
        self.path = path
        self.isCompressed = isCompressed
        file = open(path, O_RDONLY | O_CLOEXEC)
        stream.initialize(to: z_stream())
        let status = envctl_inflate_init(stream, 15 + 16)
        precondition(status == Z_OK, "zlib could not allocate its window")
        guard file >= 0 else { throw .file(BucketDirectory.Failure(path: path, code: errno)) }
    }

    deinit {
        inflateEnd(stream)
        stream.deinitialize(count: 1)
        stream.deallocate()
        if file >= 0 { close(file) }
    }

    /// The next line without its end; nil behind the last one.
    func next() throws(Problem) -> [UInt8]? {
        var searched = position
        while true {
            if let end = text[searched...].firstIndex(of: 0x0A) {
                defer { position = end + 1 }
                return Array(text[position..<(end > position && text[end - 1] == 0x0D ? end - 1 : end)])
            }
            searched = text.count - position
            text.removeFirst(position)
            position = 0
            guard try fill() else {
                guard !text.isEmpty else { return nil }
                defer { text = [] }
                return text
            }
        }
    }

    /// Appends a piece to ``text``.
    /// - Returns: false at the end of the object.
    private func fill() throws(Problem) -> Bool {
        guard !isEnded else { return false }
        guard isCompressed else {
            guard try readInput() else { return false }
            text += input[inputRange]
            inputRange = 0..<0
            return true
        }
        while true {
            if inputRange.isEmpty, try !readInput() {
                guard !inMember else { throw .damaged }
                return false
            }
            let before = text.count
            try inflatePiece()
            if text.count > before { return true }
        }
    }

    private func readInput() throws(Problem) -> Bool {
        while true {
            let count = input.withUnsafeMutableBytes { buffer in
                #if canImport(Darwin)
                    Darwin.read(file, buffer.baseAddress, buffer.count)
                #elseif canImport(Musl)
                    Musl.read(file, buffer.baseAddress, buffer.count)
                #else
                    Glibc.read(file, buffer.baseAddress, buffer.count)
                #endif
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw .file(BucketDirectory.Failure(path: path, code: errno))
            }
            inputRange = 0..<count
            if count == 0 { isEnded = true }
            return count > 0
        }
    }

    /// Members one after another are one text, as gzip defines.
    private func inflatePiece() throws(Problem) {
        if !inMember {
            guard inflateReset(stream) == Z_OK else { throw .damaged }
            inMember = true
        }
        var output = [UInt8](repeating: 0, count: Self.pieceSize)
        let range = inputRange
        let (status, left, produced) = input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                stream.pointee.next_in = source.baseAddress.map { $0 + range.lowerBound }
                stream.pointee.avail_in = UInt32(range.count)
                stream.pointee.next_out = target.baseAddress
                stream.pointee.avail_out = UInt32(target.count)
                let status = inflate(stream, Z_NO_FLUSH)
                return (status, Int(stream.pointee.avail_in), target.count - Int(stream.pointee.avail_out))
            }
        }
        inputRange = (range.upperBound - left)..<range.upperBound
        text += output[..<produced]
        switch status {
        case Z_OK, Z_BUF_ERROR: break
        case Z_STREAM_END: inMember = false
        default: throw .damaged
        }
    }
}
