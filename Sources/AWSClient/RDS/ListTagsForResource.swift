extension RDS {
    package struct ListTagsForResource: QueryOperation, Hashable {
        package static let action = "ListTagsForResource"

        package var arn: String

        package init(arn: String) {
            self.arn = arn
        }

        package func encode(into parameters: inout QueryParameters) {
            parameters.add("ResourceName", arn)
        }

        package static func decode(_ result: XMLElement) throws(XMLDecodingError) -> [Tag] {
            try Tag.decode(result)
        }
    }
}

extension RDSClient {
    package func listTagsForResource(_ request: RDS.ListTagsForResource) async throws(AWSError) -> [RDS.Tag] {
        try await send(request)
    }
}
