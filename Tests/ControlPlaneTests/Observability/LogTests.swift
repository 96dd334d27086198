import DynamoModel
import Environments
import Logging
import Synchronization
import Testing

@testable import ControlPlane

@Suite struct LogTests {
    private final class Lines: Sendable {
        let all = Mutex<[String]>([])
    }

    @Test func aLineIsOneObjectThatNamesItsOperationAndItsEnvironment() async throws {
        let lines = Lines()
        var logger = Logger(label: "test") { _ in
            JSONLogHandler(metadataProvider: Operation.metadataProvider) { line in
                lines.all.withLock { $0.append(line) }
            }
        }
        logger.logLevel = .debug
        logger[metadataKey: "part"] = "worker"
        let record = EnvironmentRecord(
            id: EnvironmentID("abc"), name: try EnvironmentName("pr-42"), snapshot: try SnapshotName("prod"),
            snapshotID: SnapshotID("s"), generation: 1, createdAt: Timestamp(unixSeconds: 1),
            expiresAt: Timestamp(unixSeconds: 2), ttl: .seconds(1))
        await Operation.about(record) {
            logger.warning("a \"step\"\nfailed", metadata: ["try": "3", "time": "x", "list": ["a", ["k": "v"]]])
        }
        logger.trace("not shown")
        let line = try #require(lines.all.withLock { $0.first })
        #expect(lines.all.withLock { $0.count } == 1 && !line.contains("\n"))
        let json = try JSONValue(parsing: Array(line.utf8))
        #expect(json["message"]?.stringValue == "a \"step\"\nfailed")
        #expect(json["level"]?.stringValue == "warning")
        #expect(json["environment"]?.stringValue == "pr-42" && json["environment_id"]?.stringValue == "abc")
        #expect(json["operation"]?.stringValue?.utf8.count == 16)
        #expect(json["part"]?.stringValue == "worker" && json["try"]?.stringValue == "3")
        #expect(json["time"]?.stringValue?.hasSuffix("Z") == true && json["time_"]?.stringValue == "x")
        #expect(line.contains("\"list\":[\"a\",{\"k\":\"v\"}]"))
    }

    @Test func outsideAnOperationNothingIsMadeUp() {
        #expect(Operation.metadataProvider.get().isEmpty)
    }
}
