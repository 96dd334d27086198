import CCrypto

/// An X.509 certificate (RFC 5280), by libcrypto.
package struct Certificate: ~Copyable {
    private let x509: OpaquePointer

    private init(owning x509: OpaquePointer) {
        self.x509 = x509
    }

    deinit {
        X509_free(x509)
    }

    /// The first certificate in a PEM text.
    package init(pem: String) throws(CryptoError) {
        let bio = try MemoryBIO(pem)
        guard let x509 = PEM_read_bio_X509(bio.bio, nil, nil, nil) else {
            throw .library("not a certificate in PEM form: \(CryptoError.lastReason)")
        }
        self.x509 = x509
    }

    /// Whole days until it is no longer valid; negative afterwards.
    package var daysLeft: Int {
        var days: Int32 = 0
        var seconds: Int32 = 0
        guard ASN1_TIME_diff(&days, &seconds, nil, X509_get0_notAfter(x509)) == 1 else { return -1 }
        return seconds < 0 ? Int(days) - 1 : Int(days)
    }

    /// Whether a client that asked for `name`, a host name or an IP address, takes this certificate.
    package func covers(_ name: String) -> Bool {
        if Self.isAddress(name) { return X509_check_ip_asc(x509, name, 0) == 1 }
        return X509_check_host(x509, name, 0, 0, nil) == 1
    }

    /// Whether `authority` signed it.
    package func isSigned(by authority: borrowing Certificate) -> Bool {
        guard let key = X509_get0_pubkey(authority.x509) else { return false }
        let isSigned = X509_verify(x509, key) == 1
        ERR_clear_error()
        return isSigned
    }

    /// Whether the private key in a PEM text is that of this certificate.
    package func belongs(toKey pem: String) throws(CryptoError) -> Bool {
        let key = try PrivateKey(pem: pem)
        let belongs = X509_check_private_key(x509, key.key) == 1
        ERR_clear_error()
        return belongs
    }

    /// Whether `name` is an IP address, of either version.
    static func isAddress(_ name: String) -> Bool {
        guard let octets = a2i_IPADDRESS(name) else {
            ERR_clear_error()
            return false
        }
        ASN1_OCTET_STRING_free(octets)
        return true
    }
}

// MARK: - Making

extension Certificate {
    /// An unsigned certificate of version 3 with a random serial number, valid from an hour ago, since the clocks of
    /// machines differ.
    static func make(name: String, days: Int, of key: borrowing PrivateKey) throws(CryptoError) -> Certificate {
        guard let x509 = X509_new() else { throw .library("out of memory") }
        let certificate = Certificate(owning: x509)
        let serial = SecureRandom.bytes(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) } >> 1
        let subject = X509_get_subject_name(x509)
        guard X509_set_version(x509, 2) == 1,
            ASN1_INTEGER_set_uint64(X509_get_serialNumber(x509), serial) == 1,
            X509_gmtime_adj(X509_getm_notBefore(x509), -3600) != nil,
            X509_gmtime_adj(X509_getm_notAfter(x509), days * 86_400) != nil,
            X509_set_pubkey(x509, key.key) == 1,
            X509_NAME_add_entry_by_txt(subject, "O", MBSTRING_UTF8, Array("envctl".utf8), -1, -1, 0) == 1,
            X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, Array(name.utf8) + [0], -1, -1, 0) == 1
        else { throw .library("a certificate cannot be made: \(CryptoError.lastReason)") }
        return certificate
    }

    func setIssuer(_ issuer: borrowing Certificate) throws(CryptoError) {
        guard X509_set_issuer_name(x509, X509_get_subject_name(issuer.x509)) == 1 else {
            throw .library("the issuer cannot be set: \(CryptoError.lastReason)")
        }
    }

    /// Adds an extension in the text form of x509v3_config(5).
    func add(_ identifier: Int32, _ value: String, issuer: borrowing Certificate) throws(CryptoError) {
        guard let ext = envctl_x509_extension(issuer.x509, x509, identifier, value) else {
            throw .library("'\(value)' cannot stand in a certificate: \(CryptoError.lastReason)")
        }
        defer { X509_EXTENSION_free(ext) }
        guard X509_add_ext(x509, ext, -1) == 1 else {
            throw .library("'\(value)' cannot be added to a certificate: \(CryptoError.lastReason)")
        }
    }

    func sign(with key: borrowing PrivateKey) throws(CryptoError) {
        guard X509_sign(x509, key.key, EVP_sha256()) > 0 else {
            throw .library("a certificate cannot be signed: \(CryptoError.lastReason)")
        }
    }

    func pem() throws(CryptoError) -> String {
        let bio = try MemoryBIO()
        guard PEM_write_bio_X509(bio.bio, x509) == 1 else {
            throw .library("a certificate cannot be written: \(CryptoError.lastReason)")
        }
        return bio.text
    }
}

/// A private key.
struct PrivateKey: ~Copyable {
    let key: OpaquePointer

    private init(owning key: OpaquePointer) {
        self.key = key
    }

    deinit {
        EVP_PKEY_free(key)
    }

    init(pem: String) throws(CryptoError) {
        let bio = try MemoryBIO(pem)
        // An encrypted key would have libcrypto ask a terminal for its password: give it an empty one.
        guard let key = PEM_read_bio_PrivateKey(bio.bio, nil, { _, _, _, _ in 0 }, nil) else {
            throw .library("not an unencrypted private key in PEM form: \(CryptoError.lastReason)")
        }
        self.key = key
    }

    static func generate() throws(CryptoError) -> PrivateKey {
        guard let key = envctl_p256_key() else { throw .library("a key cannot be made: \(CryptoError.lastReason)") }
        return PrivateKey(owning: key)
    }

    func pem() throws(CryptoError) -> String {
        let bio = try MemoryBIO()
        guard PEM_write_bio_PKCS8PrivateKey(bio.bio, key, nil, nil, 0, nil, nil) == 1 else {
            throw .library("a key cannot be written: \(CryptoError.lastReason)")
        }
        return bio.text
    }
}

/// libcrypto's stream over memory.
private struct MemoryBIO: ~Copyable {
    let bio: OpaquePointer

    init(_ text: String = "") throws(CryptoError) {
        guard let bio = BIO_new(BIO_s_mem()) else { throw .library("out of memory") }
        self.bio = bio
        let bytes = Array(text.utf8)
        if !bytes.isEmpty { BIO_write(bio, bytes, Int32(bytes.count)) }
    }

    deinit {
        BIO_free(bio)
    }

    var text: String {
        var start: UnsafeMutablePointer<CChar>?
        let count = envctl_bio_bytes(bio, &start)
        return String(decoding: UnsafeRawBufferPointer(start: start, count: max(0, count)), as: UTF8.self)
    }
}

extension CryptoError {
    /// The last entry of libcrypto's queue of errors, which is emptied.
    static var lastReason: String {
        let code = ERR_peek_last_error()
        ERR_clear_error()
        guard code != 0, let reason = ERR_reason_error_string(code) else { return "no reason given" }
        return String(cString: reason)
    }
}
