extension RDS {
    /// Adds tags, or gives the ones that are there new values.
    package struct AddTagsToResource: QueryOperation, Hashable {
        package static let action = "AddTagsToResource"

        package var arn: String
        package var tags: [Tag]

        package init(arn: String, tags: [Tag]) {
            self.arn = arn
            self.tags = tags
        }

        package func encode(into parameters: inout QueryParameters) {
            parameters.add("ResourceName", arn)
            Tag.encode(tags, into: &parameters)
        }

        package static func decode(_ result: XMLElement) {}
    }
}

extension RDSClient {
    package func addTagsToResource(_ request: RDS.AddTagsToResource) async throws(AWSError) {
        try await send(request)
    }
}
