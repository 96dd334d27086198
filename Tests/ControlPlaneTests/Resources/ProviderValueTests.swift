import DynamoModel
import Testing

@testable import ControlPlane

@Suite struct InstallationMarkTests {
    @Test func aCommentReadsBack() {
        let mark = InstallationMark(installation: "i\"1", kind: .environment, id: "e", generation: 3)
        #expect(InstallationMark(comment: mark.comment) == mark)
    }

    @Test(arguments: [
        "", "default administrative connection database", "{}", "[]",
        #"{"envctl":"2","installation":"i","kind":"snapshot","id":"s","generation":1}"#,
        #"{"envctl":"1","installation":"i","kind":"table","id":"s","generation":1}"#,
        #"{"envctl":"1","installation":"i","kind":"snapshot","id":"s"}"#,
    ]) func otherCommentsAreNotOurs(comment: String) {
        #expect(InstallationMark(comment: comment) == nil)
    }
}

@Suite struct ResourceNameTests {
    @Test func namesSayWhatTheyAreFor() {
        let clone = ResourceName.mark(database: "envctl_e_0a1b_g12", installation: "i")
        #expect(clone == InstallationMark(installation: "i", kind: .environment, id: "0a1b", generation: 12))
        let snapshot = ResourceName.mark(database: "envctl_s_0a1b_g1", installation: "i")
        #expect(snapshot == InstallationMark(installation: "i", kind: .snapshot, id: "0a1b", generation: 1))
    }

    @Test(arguments: [
        "envctl", "postgres", "envctl_e_", "envctl_e__g1", "envctl_e_a_gx", "envctl_e_a", "envctl_x_a_g1",
    ]) func otherNamesAreNot(name: String) {
        #expect(ResourceName.mark(database: name, installation: "i") == nil)
    }
}

@Suite struct CloneStrategyTests {
    private let megabyte = 1_048_576

    private func choose(
        _ bytes: Int, sharing: Bool = false, flush: Duration? = .microseconds(100), unwritten: Int = 0
    ) -> CloneStrategy {
        CloneStrategy.choose(
            sourceBytes: bytes, CopyConditions(sharesBlocks: sharing, flush: flush, unwrittenBytes: unwritten))
    }

    @Test func onAnUnknownDiskSizeAndSharingDecide() {
        let sizes = [CloneStrategy.copyThreshold: false, CloneStrategy.sharingThreshold: true]
        for (threshold, sharing) in sizes {
            #expect(choose(threshold - 1, sharing: sharing, flush: nil) == .walLog)
            #expect(choose(threshold, sharing: sharing, flush: nil) == .fileCopy)
        }
    }

    @Test func aQuickDiskCopiesFilesAndASlowOneLogs() {
        for size in [8, 16, 64, 512] {
            #expect(choose(size * megabyte, flush: .microseconds(100)) == .fileCopy)
            #expect(choose(size * megabyte, flush: .milliseconds(4)) == .walLog)
        }
    }

    @Test func whatNeighboursHaveYetToWriteSpeaksForLogging() {
        #expect(choose(16 * megabyte, unwritten: 8 * megabyte) == .fileCopy)
        #expect(choose(16 * megabyte, unwritten: 256 * megabyte) == .walLog)
        #expect(choose(CloneStrategy.copyThreshold, unwritten: 4096 * megabyte) == .fileCopy)
    }

    /// More to flush, a slower disk, more that waits: none of them makes copying files the choice where it was not.
    @Test func eachConditionSpeaksForOneSide() {
        let sizes = stride(from: 0, through: 1024, by: 16).map { $0 * megabyte }
        for size in sizes {
            for microseconds in stride(from: 0, through: 5000, by: 250) {
                for unwritten in stride(from: 0, through: 512, by: 32).map({ $0 * megabyte }) {
                    let flush = Duration.microseconds(microseconds)
                    guard choose(size, flush: flush, unwritten: unwritten) == .walLog else { continue }
                    #expect(choose(size, flush: flush + .milliseconds(1), unwritten: unwritten) == .walLog)
                    #expect(choose(size, flush: flush, unwritten: unwritten + megabyte) == .walLog)
                }
            }
        }
    }
}

@Suite struct ServerFactsTests {
    private func database(_ name: String, owner: String, comment: String?) -> ServerFacts.Database {
        .init(name: name, owner: owner, comment: comment, allowsConnections: true, isTemplate: false)
    }

    @Test func theCommentDecidesOverTheName() {
        let mark = InstallationMark(installation: "other", kind: .environment, id: "z", generation: 9)
        let found = database("envctl_e_a_g1", owner: "envctl", comment: mark.comment)
        #expect(found.mark(installation: "mine", owner: "envctl") == mark)
        let foreign = database("envctl_e_a_g1", owner: "envctl", comment: "hands off")
        #expect(foreign.mark(installation: "mine", owner: "envctl") == nil)
    }

    @Test func theNameCountsOnlyForTheInstallationsOwner() {
        let ours = database("envctl_e_a_g1", owner: "envctl", comment: nil)
        #expect(ours.mark(installation: "mine", owner: "envctl")?.id == "a")
        let theirs = database("envctl_e_a_g1", owner: "somebody", comment: nil)
        #expect(theirs.mark(installation: "mine", owner: "envctl") == nil)
    }
}

@Suite struct ScramVerifierTests {
    /// Computed with Python's hashlib (pbkdf2_hmac) and hmac.
    @Test func matchesAnIndependentComputation() {
        let salt = Array("0123456789abcdef".utf8)
        #expect(
            ScramVerifier.make(password: "pencil", salt: salt)
                == "SCRAM-SHA-256$1:MDEyMzQ1Njc4OWFiY2RlZg==$6E6za7g9nQj7bvJ78b+hKOVaeRanit38xaWlCSvoB4Y=:"
                + "+Xl/1j60mYw7IUJQ7cmQYlUgCDB0vLsvuw4MqpuAMaQ=")
        #expect(
            ScramVerifier.make(password: "pencil", salt: salt, iterations: 4096)
                == "SCRAM-SHA-256$4096:MDEyMzQ1Njc4OWFiY2RlZg==$nQpbZ77WudtqufPw"
                + "ikHXGRt6g2QJ4zns8bZLw273DRM=:jn2amWP1q1h+jgjy0YTO14S6/F02SV7taipOeB7ef20=")
    }
}

@Suite struct ProbeTargetTests {
    @Test func readsBack() {
        let target = ProbeTarget(table: "t", key: ["a": .string("x\"y"), "b": .binary([0, 255])])
        #expect(ProbeTarget(json: target.json) == target)
        #expect(ProbeTarget(json: "{}") == nil)
        #expect(ProbeTarget(json: "") == nil)
    }
}
