import Cryptography
import Environments

/// A piece of a data file that holds whole lines.
struct LineBlock: Sendable {
    /// Lines that end with a newline each, the last one of a file perhaps without.
    var bytes: [UInt8]
    /// Number of the first one, from 1.
    var firstLine: Int
    var path: String
}

/// Reads the lines of a data file in blocks, and compares its checksum at the end.
final class DataFileReader {
    /// Inflated bytes a block: large enough that handing it over costs nothing, small enough that a few are no memory.
    static let blockSize = 256 * 1024
    /// An item holds 400 KB at most; its line is longer where bytes are written as base64 or `\u00xx`.
    static let maximumLineLength = 16 * 1_048_576

    private let file: ExportManifest.DataFile
    private let gzip: GzipReader
    private var digest = IncrementalDigestBox()
    private var rest: [UInt8] = []
    private var nextLine = 1

    init(_ file: ExportManifest.DataFile) throws(ControlError) {
        self.file = file
        gzip = try GzipReader(path: file.path)
    }

    /// Compressed bytes read so far.
    var bytesRead: Int { gzip.bytesRead }

    /// The next lines; nil at the end of a file whose checksum is right.
    func next() throws(ControlError) -> LineBlock? {
        var bytes = rest
        rest = []
        while true {
            let searched = bytes.count
            let more = try gzip.read(into: &bytes, limit: Self.blockSize) { digest.update($0) }
            guard more else {
                try checkDigest()
                return bytes.isEmpty ? nil : block(bytes)
            }
            if let end = bytes[searched...].lastIndex(of: UInt8(ascii: "\n")) {
                if bytes.count < Self.blockSize { continue }
                rest = Array(bytes[(end + 1)...])
                bytes.removeLast(bytes.count - end - 1)
                return block(bytes)
            }
            guard bytes.count <= Self.maximumLineLength else {
                throw ControlError(
                    .invalidRequest, subject: file.path,
                    "\(file.path), line \(nextLine): the line is longer than \(Self.maximumLineLength) bytes",
                    hint: "a data file holds one item a line")
            }
        }
    }

    private func block(_ bytes: [UInt8]) -> LineBlock {
        let block = LineBlock(bytes: bytes, firstLine: nextLine, path: file.path)
        for byte in bytes where byte == UInt8(ascii: "\n") { nextLine += 1 }
        return block
    }

    private func checkDigest() throws(ControlError) {
        guard let expected = file.md5, let actual = digest.finish() else { return }
        guard expected == actual else {
            throw ControlError(
                .invalidRequest, subject: file.path,
                "the data file \(file.path) is broken: its MD5 checksum is not the one in the manifest",
                hint: "copy the export again")
        }
    }
}

/// Holds a digest that can be ended once.
private struct IncrementalDigestBox: ~Copyable {
    private var digest: IncrementalDigest? = IncrementalDigest(.md5)

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        digest?.update(bytes)
    }

    /// nil when it was ended already.
    mutating func finish() -> [UInt8]? {
        guard let ended = digest.take() else { return nil }
        return ended.finalize()
    }
}
