/// Which statements are prepared on a connection, by SQL text. It decides; the connection sends.
struct StatementCache {
    enum Decision: Equatable {
        /// Prepared, or prepared earlier in the same batch: execute by name.
        case execute(name: String)
        /// Send a PREPARE of this name first.
        case prepare(name: String)
        /// Somebody else's PREPARE is on its way and may yet fail: send the text.
        case direct
    }

    private struct Entry {
        let name: String
        /// The batch whose PREPARE is unanswered; nil when the server has confirmed it.
        var owner: ObjectIdentifier?
        var lastUse: UInt64
    }

    let capacity: Int
    private var entries: [String: Entry] = [:]
    private var uses: UInt64 = 0
    private var names = 0

    init(capacity: Int) {
        self.capacity = capacity
    }

    var count: Int { entries.count }

    mutating func use(_ sql: String, by owner: ObjectIdentifier) -> Decision {
        uses += 1
        if let entry = entries[sql] {
            guard entry.owner == nil || entry.owner == owner else { return .direct }
            entries[sql]?.lastUse = uses
            return .execute(name: entry.name)
        }
        names += 1
        let name = "s\(names)"
        entries[sql] = Entry(name: name, owner: owner, lastUse: uses)
        return .prepare(name: name)
    }

    /// The server's answer to a PREPARE.
    mutating func prepared(_ sql: String, name: String, succeeded: Bool) {
        guard entries[sql]?.name == name else { return }
        if succeeded {
            entries[sql]?.owner = nil
        } else {
            entries[sql] = nil
        }
    }

    /// Takes what is beyond the capacity out, least recently used first: the names to deallocate. Unconfirmed
    /// statements stay.
    mutating func evict() -> [String] {
        var evicted: [String] = []
        while entries.count > capacity {
            let confirmed = entries.filter { $0.value.owner == nil }
            guard let oldest = confirmed.min(by: { $0.value.lastUse < $1.value.lastUse }) else { break }
            entries[oldest.key] = nil
            evicted.append(oldest.value.name)
        }
        return evicted
    }

    /// Takes one statement out: its name, to deallocate.
    mutating func forget(_ sql: String) -> String? {
        entries.removeValue(forKey: sql)?.name
    }
}
