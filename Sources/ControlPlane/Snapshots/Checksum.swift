import Cryptography
import DynamoModel

/// The MD5 checksums of an export.
enum Checksum {
    /// Whether the text of an `.md5` file names the MD5 of `bytes`. DynamoDB writes base64; tools that copy an export
    /// sometimes write hexadecimal, which has another length and so cannot be mistaken.
    static func matches(_ text: String, _ bytes: [UInt8]) -> Bool {
        let trimmed = text.filter { !$0.isWhitespace }
        guard let expected = trimmed.utf8.count == 32 ? Hex.decode(trimmed) : Base64.decode(trimmed) else {
            return false
        }
        return expected == MD5.hash(bytes)
    }
}
