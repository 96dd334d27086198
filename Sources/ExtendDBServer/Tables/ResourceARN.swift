import DynamoModel

/// The `ResourceArn` parameter of tags and resource policies, taken apart.
///
/// What is wrong with it decides the class of the error: what is no ARN of a table is invalid, what belongs to
/// somebody else is denied, whether or not it exists there.
struct ResourceARN: Hashable {
    /// What of a table is named.
    enum Part: Hashable {
        case table
        case stream(String)
        case index(String)
    }

    let table: String
    let part: Part

    /// - Parameter operation: the operation's name, for the message that denies it.
    init(_ arn: String, operation: Operation, _ context: RequestContext) throws(WireError) {
        guard arn.hasPrefix("arn:") else {
            throw .validation("Invalid TableArn: Invalid ResourceArn provided as input \(arn)")
        }
        // arn:aws:dynamodb:REGION:ACCOUNT:table/NAME[/stream/LABEL | /index/NAME]
        let parts = arn.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6 else { throw Self.invalid(arn) }
        guard parts[2] == "dynamodb", parts[4] == context.accountID else {
            throw WireError(
                .accessDeniedException,
                "User: arn:aws:iam::\(context.accountID):user/\(context.principal) is not authorized to perform: "
                    + "dynamodb:\(operation.rawValue) on resource: \(arn)")
        }
        guard parts[3] == context.region else { throw Self.invalid(arn) }
        let path = parts[5].split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        guard path.count >= 2, path[0] == "table", ResourceName.isValidTableName(String(path[1])) else {
            throw Self.invalid(arn)
        }
        table = String(path[1])
        switch (path.count, path.count == 4 ? path[2] : "") {
        case (2, _): part = .table
        case (4, "stream") where !path[3].isEmpty: part = .stream(String(path[3]))
        case (4, "index") where !path[3].isEmpty: part = .index(String(path[3]))
        default: throw Self.invalid(arn)
        }
    }

    static func invalid(_ arn: String) -> WireError {
        .validation("Invalid TableArn: Invalid ResourceArn provided as input \(arn)")
    }

    static func notFound(_ arn: String) -> WireError {
        WireError(.resourceNotFoundException, "Requested resource not found: ResourcArn: \(arn) not found")
    }
}
