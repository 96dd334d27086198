import Cryptography
package import DynamoModel

/// The enabled stream of a table, as writes need it.
package struct TableStream: Sendable, Hashable {
    package let tableID: String
    /// The region in the table's ARN.
    package let region: String
    package let viewType: StreamViewType
    /// The ids of the shards that records go to, in the database's order, which decides which one a key belongs to.
    package let shards: [String]

    /// - Returns: `nil` for a table without an enabled stream, and for one without shards, whose changes ExtendDB's
    ///   server records nowhere either.
    package init?(_ table: TableRecord) {
        guard let specification = table.definition.streamSpecification, specification.enabled,
            let viewType = specification.viewType, !table.streamShards.isEmpty
        else { return nil }
        tableID = table.tableID
        region =
            table.arn.split(separator: ":", maxSplits: 4, omittingEmptySubsequences: false).dropFirst(3).first
            .map(String.init) ?? ""
        self.viewType = viewType
        shards = table.streamShards
    }

    /// The shard of an item: the CRC-32 of the text of its partition key, modulo the number of shards.
    package func shard(of key: StoredKey) -> String {
        guard case .text(let text) = key.hash else { return shards[0] }
        let checksum = text.withUTF8 { CRC32.checksum($0) }
        return shards[Int(checksum % UInt32(shards.count))]
    }
}

extension TableRecord {
    /// The ARN of the table's latest stream, enabled or not.
    package var latestStreamARN: String? { streamLabel.map { streamARN($0) } }

    package func streamARN(_ label: String) -> String { arn + "/stream/" + label }
}
