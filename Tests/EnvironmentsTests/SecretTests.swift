import Environments
import Testing

@Suite struct SecretTests {
    private struct Holder: Hashable {
        var name = "n"
        @Secret var password: String?
    }

    /// Every way in which a value becomes text without being asked for its secret.
    private func texts(_ value: some Any) -> [String] {
        var dumped = ""
        dump(value, to: &dumped)
        var children: [String] = []
        func walk(_ mirror: Mirror) {
            for child in mirror.children {
                children.append("\(child.value)")
                walk(Mirror(reflecting: child.value))
            }
        }
        walk(Mirror(reflecting: value))
        return [
            "\(value)", String(describing: value), String(reflecting: value), dumped, "\([value])", "\(["k": value])",
        ]
            + children
    }

    @Test func itDoesNotPrint() throws {
        var holder = Holder()
        holder.password = "hush"
        #expect(holder.password == "hush")
        for text in texts(holder) { #expect(!text.contains("hush"), "\(text)") }
    }

    @Test func recordsDoNotPrintTheirSecrets() throws {
        var record = EnvironmentRecord(
            id: EnvironmentID("a"), name: try EnvironmentName("pr-42"), snapshot: try SnapshotName("prod"),
            snapshotID: SnapshotID("s"), generation: 1, createdAt: Timestamp(unixSeconds: 1),
            expiresAt: Timestamp(unixSeconds: 2), ttl: .seconds(1))
        record.rolePassword = "hush-role"
        record.credential = EnvironmentCredential(accessKeyID: "AK", secretAccessKey: "hush-key")
        for text in texts(record) + texts(Transition(record)) { #expect(!text.contains("hush"), "\(text)") }
        var other = record
        other.rolePassword = "another"
        #expect(other != record)
    }
}
