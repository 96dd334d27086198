import CCrypto

/// SHA-256 of FIPS 180-4, by libcrypto.
package enum SHA256 {
    /// Bytes of a digest.
    package static let byteCount = 32

    package static func hash(_ bytes: [UInt8]) -> [UInt8] {
        bytes.withUnsafeBytes { hash($0) }
    }

    package static func hash(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        DigestAlgorithm.sha256.hash(bytes)
    }

    /// The digest of the UTF-8 bytes of `text`.
    package static func hash(_ text: String) -> [UInt8] {
        hash(Array(text.utf8))
    }
}

/// MD5 of RFC 1321: a checksum that the manifests of exports name, never a protection.
package enum MD5 {
    package static let byteCount = 16

    package static func hash(_ bytes: [UInt8]) -> [UInt8] {
        bytes.withUnsafeBytes { DigestAlgorithm.md5.hash($0) }
    }
}

/// SHA-1 of FIPS 180-4: the AWS CLI names its cache files by it. Never a protection.
package enum SHA1 {
    package static let byteCount = 20

    package static func hash(_ bytes: [UInt8]) -> [UInt8] {
        bytes.withUnsafeBytes { DigestAlgorithm.sha1.hash($0) }
    }
}

/// The digests that `IncrementalDigest` can compute.
package enum DigestAlgorithm: Sendable {
    case sha256
    case sha1
    case md5

    fileprivate var evp: OpaquePointer? {
        switch self {
        case .sha256: EVP_sha256()
        case .sha1: EVP_sha1()
        case .md5: EVP_md5()
        }
    }

    fileprivate func hash(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: UInt32 = 0
        let done = EVP_Digest(bytes.baseAddress, bytes.count, &digest, &length, evp, nil)
        precondition(done == 1, "libcrypto has no \(self)")
        digest.removeLast(digest.count - Int(length))
        return digest
    }
}

/// A digest over bytes that arrive in pieces, for files that do not fit into memory.
package struct IncrementalDigest: ~Copyable {
    private let context: OpaquePointer

    package init(_ algorithm: DigestAlgorithm) {
        guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, algorithm.evp, nil) == 1 else {
            preconditionFailure("libcrypto has no \(algorithm)")
        }
        self.context = context
    }

    deinit {
        EVP_MD_CTX_free(context)
    }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        precondition(EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1, "libcrypto refused digest input")
    }

    package mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// The digest of everything given so far. Ends the use of the value.
    package consuming func finalize() -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: UInt32 = 0
        precondition(EVP_DigestFinal_ex(context, &digest, &length) == 1, "libcrypto refused to end a digest")
        digest.removeLast(digest.count - Int(length))
        return digest
    }
}

/// HMAC with SHA-256, RFC 2104.
package enum HMACSHA256 {
    package static func authenticate(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: SHA256.byteCount)
        var length: UInt32 = 0
        let made = HMAC(EVP_sha256(), key, Int32(key.count), message, message.count, &digest, &length)
        precondition(made != nil && Int(length) == SHA256.byteCount, "libcrypto has no HMAC-SHA-256")
        return digest
    }

    /// The code of the UTF-8 bytes of `message`.
    package static func authenticate(_ message: String, key: [UInt8]) -> [UInt8] {
        authenticate(Array(message.utf8), key: key)
    }
}
