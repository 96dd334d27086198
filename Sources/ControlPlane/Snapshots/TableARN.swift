/// `arn:aws:dynamodb:eu-west-1:123456789012:table/shop`, in any partition.
struct TableARN: Sendable, Hashable, CustomStringConvertible {
    var partition: String
    var region: String
    var accountID: String
    var tableName: String

    init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 6, parts[0] == "arn", parts[2] == "dynamodb", !parts[1].isEmpty, !parts[3].isEmpty,
            parts[4].utf8.count == 12, parts[4].utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            parts[5].hasPrefix("table/")
        else { return nil }
        partition = parts[1]
        region = parts[3]
        accountID = parts[4]
        tableName = String(parts[5].dropFirst("table/".count))
        guard !tableName.isEmpty, !tableName.contains("/") else { return nil }
    }

    var description: String { "arn:\(partition):dynamodb:\(region):\(accountID):table/\(tableName)" }
}
