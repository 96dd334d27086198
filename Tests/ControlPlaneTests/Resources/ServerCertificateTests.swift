import Cryptography
import Environments
import Testing

@testable import ControlPlane

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

@Suite struct TLSSettingsTests {
    @Test func isSpokenWhereTheNetworkIsReached() throws {
        for (listen, address, expected) in [
            ("127.0.0.1:1", "127.0.0.1", false), ("unix:/x", "localhost", false), ("0.0.0.0:1", "127.0.0.1", true),
            ("127.0.0.1:1", "0.0.0.0", true), ("10.0.0.1:1", "10.0.0.1", true),
        ] {
            var configuration = ControlPlaneConfiguration(stateDirectory: "/x", processEnvironment: [:])
            configuration.listen = listen
            configuration.endpointAddress = address
            #expect(configuration.usesTLS == expected, "\(listen) \(address)")
            configuration.tls.isWanted = true
            #expect(configuration.usesTLS)
        }
    }

    @Test func readsItsVariables() throws {
        #expect(try TLSSettings(environment: [:]) == TLSSettings())
        #expect(try TLSSettings(environment: ["ENVCTL_TLS": "on"]).isWanted)
        let given = try TLSSettings(
            environment: ["ENVCTL_TLS_CERTIFICATE": "/c", "ENVCTL_TLS_KEY": "/k", "ENVCTL_CA_FILE": "/a"])
        #expect(given.isWanted && given.files == .init(certificate: "/c", privateKey: "/k") && given.authority == "/a")
        for wrong in [["ENVCTL_TLS": "yes"], ["ENVCTL_TLS_KEY": "/k"], ["ENVCTL_TLS_CERTIFICATE": "/c"]] {
            let error = #expect(throws: ControlError.self) { try TLSSettings(environment: wrong) }
            #expect(error?.code == .invalidRequest && error?.hint != nil)
        }
    }
}

@Suite struct ServerCertificateTests {
    /// A configuration with TLS over a directory of its own.
    private func withConfiguration(_ body: (inout ControlPlaneConfiguration) throws -> Void) throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "envctl-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        var configuration = ControlPlaneConfiguration(stateDirectory: directory.path, processEnvironment: [:])
        configuration.tls.isWanted = true
        try body(&configuration)
    }

    private func text(_ path: String?) throws -> String {
        let path = try #require(path)
        return try #require(try PosixFile.readText(path))
    }

    @Test func isMadeOnceAndKept() throws {
        try withConfiguration { configuration in
            let first = try #require(try ServerCertificate.ensure(configuration))
            let certificate = try text(first.certificate)
            let authority = try text(first.authority)
            #expect(try ServerCertificate.ensure(configuration) == first)
            #expect(try text(first.certificate) == certificate)
            #expect(try text(first.authority) == authority)
            for secret in [first.privateKey, configuration.tlsDirectory + "/authority.key"] {
                let mode = try FileManager.default.attributesOfItem(atPath: secret)[.posixPermissions] as? Int
                #expect(mode == 0o600)
            }
            configuration.tls.isWanted = false
            #expect(try ServerCertificate.ensure(configuration) == nil)
        }
    }

    @Test func anotherNameMakesAnotherCertificateOfTheSameAuthority() throws {
        try withConfiguration { configuration in
            let first = try #require(try ServerCertificate.ensure(configuration))
            let authority = try text(first.authority)
            let covered = try Certificate(pem: text(first.certificate)).covers("qa.example.org")
            #expect(!covered)
            configuration.endpointName = "qa.example.org"
            let second = try #require(try ServerCertificate.ensure(configuration))
            let isCovered = try Certificate(pem: text(second.certificate)).covers("qa.example.org")
            #expect(isCovered)
            #expect(try text(second.authority) == authority)
        }
    }

    @Test func whatEndsSoonOrIsDamagedIsMadeAgain() throws {
        try withConfiguration { configuration in
            let paths = try #require(try ServerCertificate.ensure(configuration))
            let authority = CertificateAuthority(
                CertifiedKey(
                    certificate: try text(paths.authority),
                    privateKey: try text(configuration.tlsDirectory + "/authority.key")))
            let names = try configuration.certificateNames(hostName: HostName.current)
            let short = try authority.issue(names: names, days: 100)
            try PosixFile.write(short.privateKey, to: paths.privateKey)
            try PosixFile.write(short.certificate, to: paths.certificate)
            _ = try ServerCertificate.ensure(configuration)
            var daysLeft = try Certificate(pem: text(paths.certificate)).daysLeft
            #expect(daysLeft > ServerCertificate.renewalDays)

            try PosixFile.write("half a fi", to: paths.certificate)
            _ = try ServerCertificate.ensure(configuration)
            daysLeft = try Certificate(pem: text(paths.certificate)).daysLeft
            #expect(daysLeft > ServerCertificate.renewalDays)

            // A damaged authority is not replaced behind the backs of those who trust it.
            let path = try #require(paths.authority)
            try PosixFile.write("half a fi", to: path)
            let error = #expect(throws: ControlError.self) { try ServerCertificate.ensure(configuration) }
            #expect(error?.code == .misconfigured && error?.subject == paths.authority)
        }
    }

    @Test func theOperatorsFilesAreCheckedFirst() throws {
        try withConfiguration { configuration in
            let authority = CertificateAuthority(try CertificateAuthority.create(name: "operator", days: 10))
            let certificate = configuration.stateDirectory + "/given.pem"
            let key = configuration.stateDirectory + "/given.key"
            configuration.tls.files = .init(certificate: certificate, privateKey: key)
            let missing = #expect(throws: ControlError.self) { try ServerCertificate.ensure(configuration) }
            #expect(missing?.subject == certificate)

            let good = try authority.issue(names: ["qa.example.org"], days: 5)
            try PosixFile.write(good.certificate, to: certificate)
            try PosixFile.write(try authority.issue(names: ["x"], days: 5).privateKey, to: key)
            let foreign = #expect(throws: ControlError.self) { try ServerCertificate.ensure(configuration) }
            #expect(foreign?.message.contains("is not the key") == true)

            try PosixFile.write(good.privateKey, to: key)
            let unnamed = #expect(throws: ControlError.self) { try ServerCertificate.ensure(configuration) }
            #expect(unnamed?.hint?.contains("ENVCTL_ENDPOINT_NAME") == true)

            configuration.endpointName = "qa.example.org"
            let used = try ServerCertificate.ensure(configuration)
            #expect(used == ServerCertificate(certificate: certificate, privateKey: key, authority: nil))

            let over = try authority.issue(names: ["qa.example.org"], days: -1)
            try PosixFile.write(over.certificate, to: certificate)
            try PosixFile.write(over.privateKey, to: key)
            let late = #expect(throws: ControlError.self) { try ServerCertificate.ensure(configuration) }
            #expect(late?.message.contains("no longer valid") == true)
        }
    }
}
