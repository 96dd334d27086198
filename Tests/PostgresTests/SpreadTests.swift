import CPlatform
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

@Suite struct SpreadTests {
    /// Marked only where it helps; how much that is shows in a measurement
    /// (`docs/decisions/0036-fewer-files-and-room-between-them.md`).
    @Test func aDirectoryIsMarkedOnceAndForAllWhereItHelps() throws {
        let directory = "\(String(cString: getenv("TMPDIR") ?? strdup("/tmp")))/envctl-spread-\(getpid())"
        try #require(mkdir(directory, 0o700) == 0)
        defer { rmdir(directory) }
        let result = cs_spread_directories(directory)
        #expect([0, 1].contains(result))
        #expect(cs_spread_directories(directory) == result)
        #expect(mkdir("\(directory)/new", 0o700) == 0)
        #expect(rmdir("\(directory)/new") == 0)
    }

    @Test func whatIsNoDirectoryIsRefused() {
        #expect(cs_spread_directories("/nonexistent") == -ENOENT)
        #expect(cs_spread_directories("/dev/null") == -ENOTDIR)
    }

    /// A file system without a disk under it.
    @Test func otherFileSystemsAreLeftAlone() {
        #expect(cs_spread_directories("/proc") == 0)
    }
}
