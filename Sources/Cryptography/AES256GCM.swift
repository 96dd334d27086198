import CCrypto

/// Why sealed bytes could not be made or opened.
package enum CryptoError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A key of AES-256 has 32 bytes.
    case keyLength(Int)
    /// A nonce of GCM has 12 bytes here.
    case nonceLength(Int)
    /// Fewer bytes than a nonce and a tag take.
    case sealedLength(Int)
    /// Another key, other associated data, or altered bytes.
    case authenticationFailed
    /// libcrypto refused; the text is its own.
    case library(String)

    package var description: String {
        switch self {
        case .keyLength(let count): "an AES-256 key has 32 bytes, not \(count)"
        case .nonceLength(let count): "a GCM nonce has 12 bytes, not \(count)"
        case .sealedLength(let count): "sealed bytes are at least 28, not \(count)"
        case .authenticationFailed: "the sealed bytes do not open with this key and this associated data"
        case .library(let reason): "libcrypto: \(reason)"
        }
    }
}

/// AES-256 in Galois/counter mode (NIST SP 800-38D) with 96-bit nonces and 128-bit tags.
///
/// The sealed form is `nonce ‖ ciphertext ‖ tag`, the one in which ExtendDB stores secrets.
package enum AES256GCM {
    package static let keyLength = 32
    package static let nonceLength = 12
    package static let tagLength = 16

    /// Encrypts and authenticates. Without a nonce a random one is taken; a nonce must never be used twice under one
    /// key.
    package static func seal(
        _ plaintext: [UInt8], key: [UInt8], nonce: [UInt8]? = nil, aad: [UInt8] = []
    ) throws(CryptoError) -> [UInt8] {
        let nonce = nonce ?? SecureRandom.bytes(nonceLength)
        let context = try CipherContext(key: key, nonce: nonce, encrypting: true)
        try context.authenticate(aad)
        var sealed = nonce
        sealed += try context.update(plaintext)
        try context.finish()
        sealed += try context.tag()
        return sealed
    }

    /// Checks and decrypts what `seal` made.
    package static func open(_ sealed: [UInt8], key: [UInt8], aad: [UInt8] = []) throws(CryptoError) -> [UInt8] {
        guard sealed.count >= nonceLength + tagLength else { throw .sealedLength(sealed.count) }
        let context = try CipherContext(key: key, nonce: Array(sealed.prefix(nonceLength)), encrypting: false)
        try context.authenticate(aad)
        let plaintext = try context.update(Array(sealed[nonceLength..<(sealed.count - tagLength)]))
        try context.expect(tag: Array(sealed.suffix(tagLength)))
        do {
            try context.finish()
        } catch {
            throw .authenticationFailed
        }
        return plaintext
    }
}

/// One use of `EVP_CIPHER_CTX`.
private struct CipherContext: ~Copyable {
    private let context: OpaquePointer

    init(key: [UInt8], nonce: [UInt8], encrypting: Bool) throws(CryptoError) {
        guard key.count == AES256GCM.keyLength else { throw .keyLength(key.count) }
        guard nonce.count == AES256GCM.nonceLength else { throw .nonceLength(nonce.count) }
        guard let context = EVP_CIPHER_CTX_new() else { throw .library("out of memory") }
        guard EVP_CipherInit_ex(context, EVP_aes_256_gcm(), nil, key, nonce, encrypting ? 1 : 0) == 1 else {
            EVP_CIPHER_CTX_free(context)
            throw .library("AES-256-GCM is not available")
        }
        self.context = context
    }

    deinit {
        EVP_CIPHER_CTX_free(context)
    }

    func authenticate(_ aad: [UInt8]) throws(CryptoError) {
        guard !aad.isEmpty else { return }
        var length: Int32 = 0
        try Self.check(EVP_CipherUpdate(context, nil, &length, aad, Int32(aad.count)))
    }

    func update(_ bytes: [UInt8]) throws(CryptoError) -> [UInt8] {
        guard !bytes.isEmpty else { return [] }
        var output = [UInt8](repeating: 0, count: bytes.count)
        var length: Int32 = 0
        try Self.check(EVP_CipherUpdate(context, &output, &length, bytes, Int32(bytes.count)))
        return output
    }

    func finish() throws(CryptoError) {
        var none = [UInt8](repeating: 0, count: AES256GCM.tagLength)
        var length: Int32 = 0
        try Self.check(EVP_CipherFinal_ex(context, &none, &length))
    }

    func tag() throws(CryptoError) -> [UInt8] {
        var tag = [UInt8](repeating: 0, count: AES256GCM.tagLength)
        try Self.check(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(tag.count), &tag))
        return tag
    }

    func expect(tag: [UInt8]) throws(CryptoError) {
        var tag = tag
        try Self.check(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(tag.count), &tag))
    }

    private static func check(_ result: Int32) throws(CryptoError) {
        guard result != 1 else { return }
        var text = [CChar](repeating: 0, count: 256)
        ERR_error_string_n(ERR_get_error(), &text, text.count)
        ERR_clear_error()
        throw .library(
            text.withUnsafeBufferPointer { pointer in
                pointer.baseAddress.map { String(cString: $0) } ?? "no reason given"
            })
    }
}
