import Cryptography
package import Environments

/// The certificate that the API and the endpoints show, as files, since servers read it when they start.
package struct ServerCertificate: Sendable, Hashable {
    /// The certificate and those behind it, PEM.
    package var certificate: String
    package var privateKey: String
    /// The certificate that clients have to trust, PEM; nil: it leads to one that they know.
    package var authority: String?

    package init(certificate: String, privateKey: String, authority: String?) {
        self.certificate = certificate
        self.privateKey = privateKey
        self.authority = authority
    }

    /// Ten years: clients were given it by hand.
    static let authorityDays = 3_650
    /// Apple's systems take no more than 825 days of a private authority; 397 is what public ones are held to.
    static let serverDays = 397
    /// With less left, a control plane that starts makes a new one. It may run for the half of a certificate's time.
    static let renewalDays = 198

    /// The operator's certificate, checked, or one of our own authority, made or renewed when it has to be; nil where
    /// no TLS is spoken.
    ///
    /// - Throws: `ControlError` when a file cannot be read or written, does not hold what it should, or is not valid
    ///   for the endpoints.
    package static func ensure(_ configuration: ControlPlaneConfiguration) throws(ControlError) -> ServerCertificate? {
        guard configuration.usesTLS else { return nil }
        if let files = configuration.tls.files {
            let given = ServerCertificate(
                certificate: files.certificate, privateKey: files.privateKey, authority: configuration.tls.authority)
            try given.check(name: configuration.endpointHost)
            return given
        }
        return try own(configuration)
    }

    /// Paths of what our own authority makes.
    package static func ownPaths(_ configuration: ControlPlaneConfiguration) -> ServerCertificate {
        let directory = configuration.tlsDirectory
        return ServerCertificate(
            certificate: directory + "/server.pem", privateKey: directory + "/server.key",
            authority: directory + "/authority.pem")
    }

    private static func own(_ configuration: ControlPlaneConfiguration) throws(ControlError) -> ServerCertificate {
        let paths = ownPaths(configuration)
        let directory = configuration.tlsDirectory
        // Others of this machine may read the authority's certificate; the keys are for their owner alone.
        if !PosixFile.isDirectory(directory) { try PosixFile.makeDirectory(directory, mode: 0o711) }
        let authority = try ensureAuthority(
            certificate: directory + "/authority.pem", key: directory + "/authority.key")
        let names = try configuration.certificateNames(hostName: HostName.current)
        guard try !paths.isGood(authority: authority, names: names) else { return paths }
        let issued: CertifiedKey
        do {
            issued = try authority.issue(names: names, days: serverDays)
        } catch {
            throw ControlError(
                .misconfigured, subject: directory,
                "no certificate can be made for \(names.joined(separator: ", ")): \(error)",
                hint: "are ENVCTL_LISTEN, ENVCTL_ENDPOINT_ADDRESS and ENVCTL_ENDPOINT_NAME names of this machine?")
        }
        // The key first: a certificate whose key is another one's is made again, see `isGood`.
        try PosixFile.write(issued.privateKey, to: paths.privateKey, mode: 0o600)
        try PosixFile.write(issued.certificate, to: paths.certificate, mode: 0o644)
        return paths
    }

    private static func ensureAuthority(
        certificate: String, key: String
    ) throws(ControlError) -> CertificateAuthority {
        if let pem = try PosixFile.readText(certificate), let privateKey = try PosixFile.readText(key) {
            do {
                let isWhole = try Certificate(pem: pem).belongs(toKey: privateKey)
                if isWhole { return CertificateAuthority(CertifiedKey(certificate: pem, privateKey: privateKey)) }
            } catch {
                throw ControlError(
                    .misconfigured, subject: certificate, "\(certificate) is not usable: \(error)",
                    hint: "put the file back, or remove it: then a new authority is made, which clients must be given")
            }
        }
        let made: CertifiedKey
        do {
            made = try CertificateAuthority.create(name: "envctl on \(HostName.current)", days: authorityDays)
        } catch {
            throw ControlError(.failed, subject: certificate, "no certificate authority can be made: \(error)")
        }
        // The certificate last: whoever finds it finds the key.
        try PosixFile.write(made.privateKey, to: key, mode: 0o600)
        try PosixFile.write(made.certificate, to: certificate, mode: 0o644)
        return CertificateAuthority(made)
    }

    /// Whether the files hold a certificate of `authority` for all of `names` that lasts.
    private func isGood(authority: CertificateAuthority, names: [String]) throws(ControlError) -> Bool {
        guard let pem = try PosixFile.readText(certificate), let key = try PosixFile.readText(privateKey) else {
            return false
        }
        do {
            let found = try Certificate(pem: pem)
            let signer = try Certificate(pem: authority.certificate)
            guard found.daysLeft > Self.renewalDays, found.isSigned(by: signer), try found.belongs(toKey: key) else {
                return false
            }
            for name in names where !found.covers(name) { return false }
            return true
        } catch {
            // What cannot be read is made anew: nothing is lost with it.
            return false
        }
    }

    /// What the operator gave has to be usable before anything is started with it.
    private func check(name: String) throws(ControlError) {
        guard let pem = try PosixFile.readText(certificate) else { throw Self.missing(certificate) }
        guard let key = try PosixFile.readText(privateKey) else { throw Self.missing(privateKey) }
        let facts: (belongs: Bool, daysLeft: Int, covers: Bool)
        do {
            let found = try Certificate(pem: pem)
            facts = (try found.belongs(toKey: key), found.daysLeft, found.covers(name))
        } catch {
            throw ControlError(
                .misconfigured, subject: certificate, "\(certificate) and \(privateKey) cannot be used: \(error)",
                hint: "both are PEM files, the key without a password")
        }
        guard facts.belongs else {
            throw ControlError(
                .misconfigured, subject: privateKey,
                "\(privateKey) is not the key of the certificate in \(certificate)",
                hint: "set ENVCTL_TLS_KEY to the key that the certificate was made for")
        }
        guard facts.daysLeft >= 0 else {
            throw ControlError(
                .misconfigured, subject: certificate, "the certificate in \(certificate) is no longer valid",
                hint: "renew it, then start the control plane again")
        }
        guard facts.covers else {
            throw ControlError(
                .misconfigured, subject: certificate, "the certificate in \(certificate) is not valid for '\(name)'",
                hint: "set ENVCTL_ENDPOINT_NAME to a name in the certificate that leads to this machine")
        }
    }

    private static func missing(_ path: String) -> ControlError {
        ControlError(
            .misconfigured, subject: path, "there is no file \(path)", hint: "give an absolute path to a PEM file")
    }
}
