import Cryptography
import Testing

@Suite struct CertificateTests {
    private static func authority() throws -> CertificateAuthority {
        CertificateAuthority(try CertificateAuthority.create(name: "test authority", days: 10))
    }

    @Test func anIssuedCertificateIsSignedForItsNamesAndItsKey() throws {
        let authority = try Self.authority()
        let issued = try authority.issue(names: ["localhost", "db.example.org", "127.0.0.1", "::1"], days: 7)
        let certificate = try Certificate(pem: issued.certificate)
        let isSigned = certificate.isSigned(by: try Certificate(pem: authority.certificate))
        #expect(isSigned)
        for name in ["localhost", "db.example.org", "127.0.0.1", "::1", "0:0:0:0:0:0:0:1"] {
            let covered = certificate.covers(name)
            #expect(covered, "\(name)")
        }
        for name in ["example.org", "127.0.0.2", "::2", "", "*.example.org"] {
            let covered = certificate.covers(name)
            #expect(!covered, "\(name)")
        }
        let belongs = try certificate.belongs(toKey: issued.privateKey)
        #expect(belongs)
        let daysLeft = certificate.daysLeft
        #expect((6...7).contains(daysLeft))
        // Clients that want the chain get it from the server.
        #expect(issued.certificate.hasSuffix(authority.certificate))
    }

    @Test func anotherAuthorityAndAnotherKeyAreToldApart() throws {
        let first = try Self.authority()
        let second = try Self.authority()
        let issued = try first.issue(names: ["localhost"], days: 1)
        let certificate = try Certificate(pem: issued.certificate)
        let isSigned = certificate.isSigned(by: try Certificate(pem: second.certificate))
        #expect(!isSigned)
        let belongs = try certificate.belongs(toKey: try second.issue(names: ["localhost"], days: 1).privateKey)
        #expect(!belongs)
    }

    @Test func whatIsOverSaysSo() throws {
        let issued = try Self.authority().issue(names: ["localhost"], days: -3)
        let daysLeft = try Certificate(pem: issued.certificate).daysLeft
        #expect(daysLeft < -2)
    }

    @Test(arguments: ["", "garbage", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
    func garbageIsNoCertificate(text: String) {
        #expect(throws: CryptoError.self) { _ = try Certificate(pem: text) }
    }

    @Test func aNameThatCouldAddAnotherOneIsRefusedOrHarmless() throws {
        // The text form of the extension takes a comma as the end of a name.
        let authority = try Self.authority()
        #expect(throws: CryptoError.self) { _ = try authority.issue(names: ["a.example,DNS:b.example"], days: 1) }
        #expect(throws: CryptoError.self) { _ = try authority.issue(names: [], days: 1) }
    }

    @Test func theKeyIsNotInADescription() throws {
        let issued = try Self.authority().issue(names: ["localhost"], days: 1)
        #expect(!"\(issued)".contains("PRIVATE"))
        #expect(!String(reflecting: issued).contains("PRIVATE"))
        var dumped = ""
        dump(issued, to: &dumped)
        #expect(!dumped.contains("PRIVATE"))
    }
}
