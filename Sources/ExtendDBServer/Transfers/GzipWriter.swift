import CZlib
import Cryptography

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Writes a gzip file piece by piece, and its MD5.
final class GzipWriter {
    private let path: String
    private let file: Int32
    /// zlib keeps its address: it must not move.
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private var output = [UInt8](repeating: 0, count: 64 * 1024)
    private var digest: IncrementalDigest? = IncrementalDigest(.md5)

    init(path: String) throws(BucketDirectory.Failure) {
        self.path = path
        file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        stream.initialize(to: z_stream())
        let status = envctl_deflate_init(stream, Z_DEFAULT_COMPRESSION, 15 + 16)
        precondition(status == Z_OK, "zlib could not allocate its window")
        guard file >= 0 else { throw BucketDirectory.Failure(path: path, code: errno) }
    }

    deinit {
        deflateEnd(stream)
        stream.deinitialize(count: 1)
        stream.deallocate()
        if file >= 0 { close(file) }
    }

    func write(_ bytes: [UInt8]) throws(BucketDirectory.Failure) {
        try deflate(bytes, Z_NO_FLUSH)
    }

    /// Ends the file; nothing more can be written.
    /// - Returns: its MD5.
    func finish() throws(BucketDirectory.Failure) -> [UInt8] {
        try deflate([], Z_FINISH)
        return digest.take()?.finalize() ?? []
    }

    private func deflate(_ bytes: [UInt8], _ flush: Int32) throws(BucketDirectory.Failure) {
        var input = bytes
        var position = 0
        var isDone = false
        while !isDone {
            let produced = input.withUnsafeMutableBufferPointer { source -> Int in
                output.withUnsafeMutableBufferPointer { target -> Int in
                    stream.pointee.next_in = source.baseAddress.map { $0 + position }
                    stream.pointee.avail_in = UInt32(source.count - position)
                    stream.pointee.next_out = target.baseAddress
                    stream.pointee.avail_out = UInt32(target.count)
                    let status = CZlib.deflate(stream, flush)
                    position = source.count - Int(stream.pointee.avail_in)
                    isDone = flush == Z_FINISH ? status == Z_STREAM_END : stream.pointee.avail_out > 0
                    return target.count - Int(stream.pointee.avail_out)
                }
            }
            digest?.update(Array(output[..<produced]))
            try BucketDirectory.write(output[..<produced], to: file, path: path)
        }
    }
}
