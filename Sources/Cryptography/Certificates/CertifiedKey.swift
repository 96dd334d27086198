/// A certificate with the private key that belongs to it, both as PEM text.
package struct CertifiedKey: Sendable {
    /// The certificate, followed by those which lead to its authority where there are any.
    package let certificate: String
    /// PKCS #8, not encrypted. A secret.
    package let privateKey: String

    package init(certificate: String, privateKey: String) {
        self.certificate = certificate
        self.privateKey = privateKey
    }
}

extension CertifiedKey: CustomStringConvertible, CustomReflectable {
    /// Without the key.
    package var description: String { "CertifiedKey(\(certificate.utf8.count) bytes of certificates)" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
