/// How `CREATE DATABASE … TEMPLATE` copies.
enum CloneStrategy: String, Sendable, Hashable {
    /// Every block through the write-ahead log. Nothing is flushed but the log, so no neighbour's work has to be; but
    /// the next checkpoint, which every dropped database waits for, has all the copy's files to flush.
    case walLog = "WAL_LOG"
    /// Files copied and flushed, between two checkpoints. Nothing is left to flush.
    case fileCopy = "FILE_COPY"

    /// From these sizes on copying files is quicker than logging blocks on every disk: without and with blocks that the
    /// copy shares with its template.
    static let copyThreshold = 768 * 1_048_576
    static let sharingThreshold = 32 * 1_048_576

    /// Copies that are smaller go the way that this one waits for least
    /// (`docs/decisions/0035-copies-are-flushed-where-flushing-is-cheap.md`).
    static func choose(sourceBytes: Int, _ conditions: CopyConditions) -> CloneStrategy {
        if sourceBytes >= (conditions.sharesBlocks ? sharingThreshold : copyThreshold) { return .fileCopy }
        guard let flush = conditions.flush else { return .walLog }
        let megabytes = Double(sourceBytes) / 1_048_576
        let logging = Cost.logging + Cost.loggedMegabyte * megabytes
        let copying =
            flush * Cost.flushes + (conditions.sharesBlocks ? .zero : Cost.copiedMegabyte * megabytes)
            + Cost.writtenMegabyte * (Double(conditions.unwrittenBytes) / 1_048_576)
        return copying <= logging ? .fileCopy : .walLog
    }

    /// Measured with PostgreSQL 15 on 2 cores: a copy of 16 MB on two file systems whose log is flushed in 0.1 and
    /// 0.17 ms took 63 and 99 ms by files and 92 to 220 ms by logging; on a disk with some 4 ms a flush copies by files
    /// took 1.15 s + 3.4 ms/MB and by logging 0.17 s + 4.6 ms/MB.
    private enum Cost {
        static let logging = Duration.milliseconds(170)
        static let loggedMegabyte = Duration.microseconds(4_600)
        static let copiedMegabyte = Duration.microseconds(3_400)
        /// What a checkpoint has to write first, at 200 MB/s.
        static let writtenMegabyte = Duration.milliseconds(5)
        /// Measured with 490 files, of which a small snapshot has 385 by now, which makes both ways cheaper; a new file's
        /// flush takes the time of one to two of the log's.
        static let flushes = 700.0
    }
}

/// What a copy's cost depends on besides its size.
struct CopyConditions: Sendable, Hashable {
    /// Whether the server copies files by sharing their blocks, which takes no time at any size.
    var sharesBlocks: Bool
    /// What a flush of the log takes; nil: unknown.
    var flush: Duration?
    /// What was logged since the last checkpoint: at most so much would have to be written for a new one.
    var unwrittenBytes: Int
}
