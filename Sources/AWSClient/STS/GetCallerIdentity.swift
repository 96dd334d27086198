extension STS {
    package struct CallerIdentity: Sendable, Hashable {
        package var account: String
        package var arn: String
        package var userID: String
    }

    /// Who the credentials belong to. Needs no permission.
    package struct GetCallerIdentity: QueryOperation, Hashable {
        package static let action = "GetCallerIdentity"

        package init() {}

        package func encode(into parameters: inout QueryParameters) {}

        package static func decode(_ result: XMLElement) throws(XMLDecodingError) -> CallerIdentity {
            CallerIdentity(
                account: try result.required("Account"), arn: try result.required("Arn"),
                userID: try result.required("UserId"))
        }
    }
}
