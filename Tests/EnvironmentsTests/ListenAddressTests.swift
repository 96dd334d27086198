import Environments
import Testing

@Suite struct ListenAddressTests {
    @Test(arguments: [
        ("127.0.0.1:8642", ListenAddress.tcp(host: "127.0.0.1", port: 8_642)), ("[::1]:0", .tcp(host: "::1", port: 0)),
        ("unix:/run/envctl/api.sock", .unix(path: "/run/envctl/api.sock")),
    ])
    func addresses(text: String, address: ListenAddress) throws {
        #expect(try ListenAddress(text) == address)
        #expect(address.description == text)
    }

    @Test(arguments: [
        "", "8642", ":8642", "host:", "host:70000", "host:x", "unix:", "unix:api.sock", "unix:/", "unix:/run/",
        "unix:/" + String(repeating: "x", count: 103),
    ])
    func otherAddressesAreRefused(text: String) {
        let error = #expect(throws: ControlError.self) { try ListenAddress(text) }
        #expect(error?.code == .invalidRequest && error?.hint != nil)
    }

    @Test(arguments: ["127.0.0.1:1", "127.9.8.7:1", "localhost:1", "[::1]:1", "unix:/x"])
    func thisMachine(text: String) throws {
        #expect(try ListenAddress(text).isLocal)
    }

    @Test(arguments: [
        "0.0.0.0:1", "[::]:1", "10.0.0.1:1", "example.org:1", "127.evil.example:1", "127.0.0.1.example:1",
        "128.0.0.1:1", "127.0.0.256:1", "127.0.0:1", "[::ffff:10.0.0.1]:1", "localhost.example:1",
    ])
    func theNetwork(text: String) throws {
        #expect(try !ListenAddress(text).isLocal)
    }
}
