extension RDS {
    /// Something that happened to a cluster or an instance; RDS keeps events for 14 days.
    package struct Event: Sendable, Hashable {
        package var sourceIdentifier: String?
        package var sourceType: String?
        package var sourceARN: String?
        package var message: String
        package var categories: [String]
        package var date: Timestamp?
    }

    package struct DescribeEvents: QueryOperation, Hashable {
        package static let action = "DescribeEvents"

        package enum SourceType: String, Sendable, Hashable, CaseIterable {
            case dbInstance = "db-instance"
            case dbCluster = "db-cluster"
        }

        /// Needs a `sourceType`.
        package var sourceIdentifier: String?
        package var sourceType: SourceType?
        package var startTime: Timestamp?
        package var endTime: Timestamp?
        /// Minutes back from now; the service's default is 60.
        package var duration: Int?
        package var categories: [String] = []
        package var paging: Paging

        package init(
            sourceIdentifier: String? = nil, sourceType: SourceType? = nil, duration: Int? = nil,
            paging: Paging = Paging()
        ) {
            self.sourceIdentifier = sourceIdentifier
            self.sourceType = sourceType
            self.duration = duration
            self.paging = paging
        }

        package func encode(into parameters: inout QueryParameters) {
            parameters.add("SourceIdentifier", sourceIdentifier)
            parameters.add("SourceType", sourceType?.rawValue)
            parameters.add("StartTime", startTime)
            parameters.add("EndTime", endTime)
            parameters.add("Duration", duration)
            parameters.add("EventCategories", of: "EventCategory", categories)
            paging.encode(into: &parameters)
        }

        package static func decode(_ result: XMLElement) throws(XMLDecodingError) -> Page<Event> {
            var events: [Event] = []
            for element in result.list("Events", of: "Event") {
                events.append(
                    Event(
                        sourceIdentifier: element.string("SourceIdentifier"),
                        sourceType: element.string("SourceType"), sourceARN: element.string("SourceArn"),
                        message: element.string("Message") ?? "",
                        categories: element.strings("EventCategories", of: "EventCategory"),
                        date: try element.time("Date")))
            }
            return Page(elements: events, marker: result.string("Marker"))
        }
    }
}

extension RDSClient {
    package func describeEvents(_ request: RDS.DescribeEvents) async throws(AWSError) -> RDS.Page<RDS.Event> {
        try await send(request)
    }
}
