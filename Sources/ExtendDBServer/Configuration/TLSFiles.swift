import NIOSSL

/// The certificate that the server shows to clients that speak TLS.
package struct TLSFiles: Sendable, Hashable {
    /// The certificate and those which lead to its authority, PEM.
    package var certificate: String
    /// The certificate's key, PEM, not encrypted.
    package var key: String

    package init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }

    /// - Throws: `ConfigurationError` when the files cannot be read or do not belong together.
    func context() throws(ConfigurationError) -> NIOSSLContext {
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(certificate)
            var tls = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) },
                privateKey: .privateKey(try NIOSSLPrivateKey(file: key, format: .pem)))
            // What every AWS endpoint asks of its clients ("TLS 1.2 to become the minimum", AWS Security Blog, 2022).
            tls.minimumTLSVersion = .tlsv12
            tls.applicationProtocols = ["http/1.1"]
            return try NIOSSLContext(configuration: tls)
        } catch {
            throw ConfigurationError(
                "the certificate in \(certificate) with the key in \(key) cannot be used: \(error)",
                hint: "'tls.certificate' and 'tls.key' are PEM files that belong together, the key without a password")
        }
    }
}
