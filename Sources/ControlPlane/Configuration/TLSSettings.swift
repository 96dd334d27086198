package import Environments

/// Whether the API and the endpoints speak TLS, and by which certificate.
package struct TLSSettings: Sendable, Hashable {
    /// PEM files of the operator's; nil: an authority of our own signs what is needed.
    package struct Files: Sendable, Hashable {
        /// The certificate, then those which lead to its authority.
        package var certificate: String
        /// Not encrypted, and not readable for others.
        package var privateKey: String

        package init(certificate: String, privateKey: String) {
            self.certificate = certificate
            self.privateKey = privateKey
        }
    }

    /// Wanted on this machine too, where nothing crosses a network.
    package var isWanted = false
    package var files: Files?
    /// PEM file of the authority behind `files`, where it is none that every machine knows.
    package var authority: String?

    package init() {}

    /// From `ENVCTL_TLS`, `ENVCTL_TLS_CERTIFICATE`, `ENVCTL_TLS_KEY` and `ENVCTL_CA_FILE`.
    package init(environment: [String: String]) throws(ControlError) {
        switch environment["ENVCTL_TLS"] {
        case nil, "", "auto": break
        case "on": isWanted = true
        case let other?:
            throw ControlError(
                .invalidRequest, subject: "ENVCTL_TLS", "ENVCTL_TLS is '\(other)'",
                hint: "write on, or auto: TLS wherever an address can be reached from other machines")
        }
        authority = environment["ENVCTL_CA_FILE"].flatMap { $0.isEmpty ? nil : $0 }
        let certificate = environment["ENVCTL_TLS_CERTIFICATE"].flatMap { $0.isEmpty ? nil : $0 }
        let privateKey = environment["ENVCTL_TLS_KEY"].flatMap { $0.isEmpty ? nil : $0 }
        switch (certificate, privateKey) {
        case (nil, nil): break
        case (let certificate?, let privateKey?):
            files = Files(certificate: certificate, privateKey: privateKey)
            isWanted = true
        default:
            throw ControlError(
                .invalidRequest, subject: "ENVCTL_TLS_CERTIFICATE",
                "of ENVCTL_TLS_CERTIFICATE and ENVCTL_TLS_KEY only one is set",
                hint: "a certificate is of no use without its key: set both, or neither")
        }
    }
}

extension ControlPlaneConfiguration {
    /// Whether the API and the endpoints speak TLS: when it is asked for, and wherever one of them can be reached from
    /// another machine, since tokens and data would cross the network in the clear.
    package var usesTLS: Bool {
        tls.isWanted || !isLocal(listen) || !ListenAddress.tcp(host: endpointAddress, port: 0).isLocal
    }

    /// What is no address at all is refused where it is to be listened on.
    private func isLocal(_ text: String) -> Bool {
        do {
            return try ListenAddress(text).isLocal
        } catch {
            return true
        }
    }

    /// The host in the endpoints' URLs. A client cannot connect to a wildcard address.
    package var endpointHost: String {
        endpointName ?? (ListenAddress.isWildcard(endpointAddress) ? "127.0.0.1" : endpointAddress)
    }

    /// The host in the API's URL: that under which it listens, unless the operator's certificate names another.
    package func apiHost(_ host: String) -> String {
        if let endpointName, tls.files != nil || ListenAddress.isWildcard(host) { return endpointName }
        return ListenAddress.isWildcard(host) ? "127.0.0.1" : host
    }

    /// Every name and address under which clients may know this machine's API and endpoints.
    func certificateNames(hostName: String) throws(ControlError) -> [String] {
        var names = ["localhost", "127.0.0.1", "::1", hostName]
        let listenHost = try ListenAddress(listen).host
        for host in [listenHost, endpointAddress, endpointName] {
            if let host, !host.isEmpty, !ListenAddress.isWildcard(host) { names.append(host) }
        }
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }
    }
}
