import DynamoModel

/// The `TableName` parameter, which may be a name or the ARN of a table ("Using an ARN as the table name", since
/// resource-based policies came): only a table of the caller's own account in this region can be meant here.
enum TableName {
    static func resolve(_ parameter: String, _ accountID: String, _ region: String) throws(WireError) -> String {
        guard parameter.hasPrefix("arn:") else { return parameter }
        // arn:aws:dynamodb:REGION:ACCOUNT:table/NAME
        let parts = parameter.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6, parts[2] == "dynamodb", parts[5].hasPrefix("table/") else {
            throw .validation("Invalid table ARN: \(parameter)")
        }
        let name = parts[5].dropFirst("table/".count)
        guard !name.isEmpty, !name.contains("/") else {
            throw .validation("Invalid table ARN: \(parameter)")
        }
        guard parts[3] == region, parts[4] == accountID else {
            throw WireError(.resourceNotFoundException, "Requested resource not found")
        }
        return String(name)
    }
}
