import CCrypto

/// A certificate authority of one's own: it signs certificates of servers, and whoever trusts its certificate trusts them.
///
/// Keys are on P-256 and signatures ECDSA with SHA-256, which every TLS library in use takes.
package struct CertificateAuthority: Sendable {
    private let own: CertifiedKey

    /// The certificate that clients trust.
    package var certificate: String { own.certificate }

    /// - Parameter own: what ``create(name:days:)`` made.
    package init(_ own: CertifiedKey) {
        self.own = own
    }

    /// A new authority, which signed itself. It signs servers only, not further authorities.
    ///
    /// - Parameters:
    ///   - name: the common name.
    ///   - days: how long it is valid from now on.
    package static func create(name: String, days: Int) throws(CryptoError) -> CertifiedKey {
        let key = try PrivateKey.generate()
        let certificate = try Certificate.make(name: name, days: days, of: key)
        try certificate.setIssuer(certificate)
        try certificate.add(NID_basic_constraints, "critical,CA:TRUE,pathlen:0", issuer: certificate)
        try certificate.add(NID_key_usage, "critical,keyCertSign,cRLSign", issuer: certificate)
        try certificate.add(NID_subject_key_identifier, "hash", issuer: certificate)
        try certificate.sign(with: key)
        return CertifiedKey(certificate: try certificate.pem(), privateKey: try key.pem())
    }

    /// A certificate for a server under `names`.
    ///
    /// - Parameters:
    ///   - names: host names and IP addresses, at least one; the first is the common name too.
    ///   - days: how long it is valid from now on. Apple's systems take no more than 825 days of a private authority.
    /// - Returns: the certificate with the authority's behind it, and its key.
    package func issue(names: [String], days: Int) throws(CryptoError) -> CertifiedKey {
        guard let first = names.first else { throw .library("a certificate needs a name") }
        // In the text form of the extension a comma begins another name.
        if let wrong = names.first(where: { $0.isEmpty || $0.contains(",") }) {
            throw .library("'\(wrong)' is not a name of a server")
        }
        let authority = try Certificate(pem: own.certificate)
        let key = try PrivateKey.generate()
        let certificate = try Certificate.make(name: first, days: days, of: key)
        try certificate.setIssuer(authority)
        let alternatives = names.map { Certificate.isAddress($0) ? "IP:\($0)" : "DNS:\($0)" }.joined(separator: ",")
        try certificate.add(NID_basic_constraints, "critical,CA:FALSE", issuer: authority)
        try certificate.add(NID_key_usage, "critical,digitalSignature", issuer: authority)
        try certificate.add(NID_ext_key_usage, "serverAuth", issuer: authority)
        try certificate.add(NID_subject_key_identifier, "hash", issuer: authority)
        try certificate.add(NID_authority_key_identifier, "keyid", issuer: authority)
        try certificate.add(NID_subject_alt_name, alternatives, issuer: authority)
        try certificate.sign(with: try PrivateKey(pem: own.privateKey))
        return CertifiedKey(certificate: try certificate.pem() + own.certificate, privateKey: try key.pem())
    }
}
