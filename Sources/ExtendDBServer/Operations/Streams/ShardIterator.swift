import DynamoModel
import ExtendDBLayout

/// A place in a shard, and when it was handed out: the text that clients pass back without looking into it.
struct ShardIterator: Hashable, Sendable {
    /// Seconds after which it is no longer taken ("A shard iterator expires 15 minutes after it is returned to the
    /// requester", GetShardIterator).
    static let lifetime = 900.0

    let streamARN: String
    let shardID: String
    /// Behind the record of this number; `nil`: at the oldest record that there is.
    let after: Int64?
    /// Unix seconds.
    let issuedAt: Double

    init(streamARN: String, shardID: String, after: Int64?, issuedAt: Double) {
        self.streamARN = streamARN
        self.shardID = shardID
        self.after = after
        self.issuedAt = issuedAt
    }

    /// - Throws: a validation error for a text that is no iterator.
    init(_ text: String) throws(WireError) {
        guard let bytes = Base64.decode(text) else { throw Self.invalid }
        let parts = String(decoding: bytes, as: UTF8.self).split(separator: "|", omittingEmptySubsequences: false)
        guard parts.count == 4, let issuedAt = Double(parts[3]) else { throw Self.invalid }
        let after = Int64(parts[2])
        guard after != nil || parts[2].isEmpty else { throw Self.invalid }
        self.init(streamARN: String(parts[0]), shardID: String(parts[1]), after: after, issuedAt: issuedAt)
    }

    var text: String {
        let number = after.map(String.init) ?? ""
        return Base64.encode(Array("\(streamARN)|\(shardID)|\(number)|\(issuedAt)".utf8))
    }

    private static let invalid = WireError.validation("Invalid ShardIterator")

    /// - Parameter now: unix seconds.
    func checkAge(at now: Double) throws(WireError) {
        guard now > issuedAt + Self.lifetime else { return }
        throw WireError(
            .expiredIteratorException,
            "The shard iterator has expired. A shard iterator is valid for 15 minutes after it was returned.")
    }

    /// Whether records behind the place are gone.
    ///
    /// - Parameter start: the first number that the shard may still hold a record of.
    func isTrimmed(before start: Int64) -> Bool {
        guard let after else { return false }
        return after < start - 1
    }

    /// The same place or another one, handed out now.
    func moved(to after: Int64?, at now: Double) -> ShardIterator {
        ShardIterator(streamARN: streamARN, shardID: shardID, after: after, issuedAt: now)
    }
}

extension WireError {
    static let trimmedData = WireError(
        .trimmedDataAccessException, "The data you are trying to access has been trimmed.")
}
