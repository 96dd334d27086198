/// How `CREATE DATABASE … TEMPLATE` copies.
enum CloneStrategy: String, Sendable, Hashable {
    /// Every block through the write-ahead log: no checkpoint, so quick for a small database and kind to neighbours.
    case walLog = "WAL_LOG"
    /// Files copied by the kernel, between two checkpoints.
    case fileCopy = "FILE_COPY"

    /// Above this size copying files is quicker than logging blocks.
    static let fileCopyThreshold = 64 * 1_048_576

    /// - Parameters:
    ///   - sourceBytes: `pg_database_size` of the template.
    ///   - sharesBlocks: whether the server copies files by sharing their blocks, which takes no time at any size.
    static func choose(sourceBytes: Int, sharesBlocks: Bool) -> CloneStrategy {
        sharesBlocks || sourceBytes >= fileCopyThreshold ? .fileCopy : .walLog
    }
}
