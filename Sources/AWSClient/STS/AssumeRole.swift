extension STS {
    package struct AssumeRole: QueryOperation, Hashable {
        package static let action = "AssumeRole"

        package var roleARN: String
        /// 2 to 64 letters, digits and `_+=,.@-`; stands in CloudTrail.
        package var sessionName: String
        package var externalID: String?
        /// 900 to 43,200; the service's default is an hour.
        package var durationSeconds: Int?

        package init(roleARN: String, sessionName: String, externalID: String? = nil, durationSeconds: Int? = nil) {
            self.roleARN = roleARN
            self.sessionName = sessionName
            self.externalID = externalID
            self.durationSeconds = durationSeconds
        }

        package func encode(into parameters: inout QueryParameters) {
            parameters.add("RoleArn", roleARN)
            parameters.add("RoleSessionName", sessionName)
            parameters.add("DurationSeconds", durationSeconds)
            parameters.add("ExternalId", externalID)
        }

        package static func decode(_ result: XMLElement) throws(XMLDecodingError) -> ResolvedCredentials {
            try credentials(result, source: "an assumed role")
        }
    }
}
