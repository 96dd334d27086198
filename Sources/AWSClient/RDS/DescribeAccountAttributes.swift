extension RDS {
    /// A limit of the account in the region, such as `DBClusters` or `DBInstances`.
    package struct AccountQuota: Sendable, Hashable {
        package var name: String
        package var used: Int
        package var maximum: Int
    }

    package struct DescribeAccountAttributes: QueryOperation, Hashable {
        package static let action = "DescribeAccountAttributes"

        package init() {}

        package func encode(into parameters: inout QueryParameters) {}

        package static func decode(_ result: XMLElement) throws(XMLDecodingError) -> [AccountQuota] {
            var quotas: [AccountQuota] = []
            for element in result.list("AccountQuotas", of: "AccountQuota") {
                guard let used = try element.integer("Used"), let maximum = try element.integer("Max") else {
                    throw XMLDecodingError("<AccountQuota> lacks a number")
                }
                quotas.append(
                    AccountQuota(name: try element.required("AccountQuotaName"), used: used, maximum: maximum))
            }
            return quotas
        }
    }
}

extension RDSClient {
    package func describeAccountAttributes(
        _ request: RDS.DescribeAccountAttributes = RDS.DescribeAccountAttributes()
    ) async throws(AWSError) -> [RDS.AccountQuota] {
        try await send(request)
    }
}
