import Environments
import Testing

@Suite struct TimestampTests {
    @Test(arguments: [
        (Int64(0), "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
        (951_782_400_000_000, "2000-02-29T00:00:00.000Z"), (1_795_000_000_123_456, "2026-11-18T11:06:40.123Z"),
        (-62_135_596_800_000_000, "0001-01-01T00:00:00.000Z"), (253_402_300_799_999_999, "9999-12-31T23:59:59.999Z"),
    ])
    func isWrittenAsRFC3339(microseconds: Int64, text: String) {
        #expect(Timestamp(microseconds: microseconds).description == text)
    }

    @Test func addsAndSubtracts() {
        let start = Timestamp(unixSeconds: 100)
        #expect((start + .milliseconds(1500)).microseconds == 101_500_000)
        #expect(start + .seconds(3) - start == .seconds(3))
        #expect(start < start + .microseconds(1))
    }
}

@Suite struct DurationTextTests {
    @Test(arguments: [
        ("90s", 90), ("15m", 900), ("4h", 14_400), ("7d", 604_800), ("2w", 1_209_600), ("1h30m", 5400),
        ("1d12h", 129_600),
        ("0s", 0),
    ])
    func reads(text: String, seconds: Int) throws {
        #expect(try DurationText.parse(text) == .seconds(seconds))
    }

    @Test(arguments: [
        "", "-1", "10", "s", "4 h", "h4", "1m1h", "1h1h", "1.5h", "9999999999999999999s", "99999999w", "٣s", "1h ",
        "+1h",
    ])
    func refuses(text: String) {
        #expect {
            try DurationText.parse(text)
        } throws: { error in
            guard let error = error as? ControlError else { return false }
            return error.code == .invalidRequest && error.hint != nil
        }
    }

    @Test(arguments: [(0, "0s"), (90, "1m30s"), (14_400, "4h"), (129_600, "1d12h"), (-5, "-5s")])
    func writes(seconds: Int, text: String) {
        #expect(DurationText.format(.seconds(seconds)) == text)
    }

    @Test func whatIsWrittenIsReadBack() throws {
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<500 {
            let duration = Duration.seconds(Int.random(in: 0...5_000_000, using: &generator))
            #expect(try DurationText.parse(DurationText.format(duration)) == duration)
        }
    }
}

@Suite struct NameTests {
    @Test(arguments: ["a", "pr-42", "0", "prod-snapshot", String(repeating: "x", count: 63)])
    func accepts(name: String) throws {
        #expect(try EnvironmentName(name).text == name)
        #expect(try SnapshotName(name).text == name)
    }

    @Test(arguments: [
        "", "-a", "a-", "A", "a_b", "a.b", "a b", "ü", String(repeating: "x", count: 64),
        String(repeating: "y", count: 200),
        "a\n", "a/../b",
    ])
    func refusesAndTellsTheRule(name: String) throws {
        let error = try #require(throws: ControlError.self) { try EnvironmentName(name) }
        #expect(error.code == .invalidRequest)
        #expect(error.exitCode == 2)
        #expect(error.hint?.contains("63 characters") == true)
        #expect(error.message.count < 140)
    }

    @Test func generatedNamesAreValidAndMany() throws {
        var generator = SeededGenerator(seed: 12)
        var seen: Set<EnvironmentName> = []
        for _ in 0..<2000 { seen.insert(try NameGenerator.name(using: &generator)) }
        #expect(seen.count > 1990)
    }

    @Test func derivedNamesFitPostgreSQL() {
        var generator = SeededGenerator(seed: 13)
        let id = EnvironmentID(using: &generator)
        #expect(id.text.utf8.count == 24)
        #expect(ResourceNames.cloneDatabase(id, incarnation: 1_000_000).utf8.count <= 63)
        #expect(ResourceNames.cloneDatabase(id, incarnation: 1) != ResourceNames.cloneDatabase(id, incarnation: 2))
        #expect(ResourceNames.role(id) == "envctl_r_\(id)")
        #expect(ResourceNames.snapshotDatabase(SnapshotID("ab"), generation: 3) == "envctl_s_ab_g3")
    }
}

@Suite struct LifetimeLimitsTests {
    @Test func lifetimesHaveLimits() throws {
        let limits = LifetimeLimits()
        #expect(try limits.ttl(requested: nil) == .seconds(14_400))
        #expect(try limits.ttl(requested: .seconds(10)) == .seconds(10))
        #expect(try limits.ttl(requested: .seconds(30 * 86_400)) == .seconds(30 * 86_400))
        for bad in [Duration.seconds(-1), .zero, .milliseconds(9999), .seconds(30 * 86_400 + 1)] {
            #expect(throws: ControlError.self) { try limits.ttl(requested: bad) }
        }
    }

    @Test func theMaximumAgeBoundsEveryLifetime() throws {
        var limits = LifetimeLimits()
        limits.maximumAge = .seconds(3600)
        #expect(try limits.ttl(requested: nil) == .seconds(3600))
        #expect(throws: ControlError.self) { try limits.ttl(requested: .seconds(3601)) }
    }

    @Test func idleTimesAreAnyButNegative() throws {
        let limits = LifetimeLimits()
        #expect(try limits.idleTimeout(requested: nil) == .seconds(900))
        #expect(try limits.idleTimeout(requested: .zero) == .zero)
        #expect(throws: ControlError.self) { try limits.idleTimeout(requested: .seconds(-1)) }
    }
}

@Suite struct RetryPolicyTests {
    @Test func waitsGrowToACapAndNeverBeyond() {
        let policy = RetryPolicy()
        var generator = SeededGenerator(seed: 14)
        for attempts in 1...200 {
            let cap = min(policy.maximum, policy.base * (1 << min(attempts - 1, 20)))
            for _ in 0..<20 {
                let delay = policy.delay(attempts: attempts, using: &generator)
                #expect(delay >= .zero && delay <= cap)
            }
        }
    }

    @Test func waitsAreSpread() {
        var generator = SeededGenerator(seed: 15)
        let delays = Set((0..<100).map { _ in RetryPolicy().delay(attempts: 8, using: &generator) })
        #expect(delays.count > 95)
    }
}

@Suite struct ControlErrorTests {
    @Test(arguments: [
        (ControlError.Code.notFound, Int32(3)), (.conflict, 4), (.quota, 5), (.capacity, 5), (.timeout, 6),
        (.unauthorized, 7),
        (.forbidden, 7), (.invalidRequest, 2), (.unavailable, 1), (.failed, 1),
    ])
    func hasTheDocumentedExitCode(code: ControlError.Code, exitCode: Int32) {
        #expect(ControlError(code, "x").exitCode == exitCode)
    }

    @Test func credentialsDoNotPrintTheirSecret() {
        let credential = EnvironmentCredential(accessKeyID: "AKIA1", secretAccessKey: "hush")
        #expect(!"\(credential)".contains("hush"))
    }
}
