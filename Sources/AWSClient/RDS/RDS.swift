/// The calls of the Amazon RDS API that the control plane makes, API version 2014-10-31: each a request in a file of its
/// own, with the shapes of the replies beside them. Names are those of the service model, in Swift's spelling.
package enum RDS {
    package static let version = "2014-10-31"
}

/// Calls the RDS API in one region.
package struct RDSClient: Sendable {
    private let client: AWSClient
    /// nil: the client's.
    package let region: String?

    package init(_ client: AWSClient, region: String? = nil) {
        self.client = client
        self.region = region
    }

    func send<Operation: QueryOperation>(_ operation: Operation) async throws(AWSError) -> Operation.Output {
        try await client.send(operation, to: .rds, version: RDS.version, region: region)
    }

    /// Collects all pages of a listing.
    ///
    /// - Parameter page: asks for the page at a marker; nil is the first one.
    func collect<Element: Sendable>(
        _ operation: String, _ page: (String?) async throws(AWSError) -> RDS.Page<Element>
    ) async throws(AWSError) -> [Element] {
        var elements: [Element] = []
        var marker: String?
        var seen: Set<String> = []
        repeat {
            let next = try await page(marker)
            elements += next.elements
            marker = next.marker
            if let marker, !seen.insert(marker).inserted {
                throw AWSError(
                    service: AWSService.rds.id, operation: operation, code: .unreadableReply,
                    message: "the listing comes back to a page that was already read")
            }
        } while marker != nil
        return elements
    }
}

extension RDS {
    /// One page of a listing.
    package struct Page<Element: Sendable>: Sendable {
        package let elements: [Element]
        /// Where the next page begins; nil on the last one.
        package let marker: String?

        package init(elements: [Element], marker: String?) {
            self.elements = elements
            self.marker = marker
        }
    }

    /// Which page of a listing is wanted.
    package struct Paging: Sendable, Hashable {
        /// 20 to 100.
        package var maximumRecords: Int?
        package var marker: String?

        package init(maximumRecords: Int? = 100, marker: String? = nil) {
            self.maximumRecords = maximumRecords
            self.marker = marker
        }

        func encode(into parameters: inout QueryParameters) {
            parameters.add("MaxRecords", maximumRecords)
            parameters.add("Marker", marker)
        }
    }

    /// `clone-group-id`, `db-cluster-id`, `db-instance-id`, `engine` and the like: what matches one of the values.
    package struct Filter: Sendable, Hashable {
        package var name: String
        package var values: [String]

        package init(_ name: String, _ values: [String]) {
            self.name = name
            self.values = values
        }

        static func encode(_ filters: [Filter], into parameters: inout QueryParameters) {
            parameters.addStructures("Filters", of: "Filter", filters) { filter, parameters in
                parameters.add("Name", filter.name)
                parameters.add("Values", of: "Value", filter.values)
            }
        }
    }

    package struct Tag: Sendable, Hashable {
        package var key: String
        package var value: String

        package init(_ key: String, _ value: String) {
            self.key = key
            self.value = value
        }

        static func encode(_ tags: [Tag], into parameters: inout QueryParameters) {
            parameters.addStructures("Tags", of: "Tag", tags) { tag, parameters in
                parameters.add("Key", tag.key)
                parameters.add("Value", tag.value)
            }
        }

        static func decode(_ parent: XMLElement) throws(XMLDecodingError) -> [Tag] {
            var tags: [Tag] = []
            for element in parent.list("TagList", of: "Tag") {
                tags.append(Tag(try element.required("Key"), element.string("Value") ?? ""))
            }
            return tags
        }
    }

    /// Capacity of Aurora Serverless v2 in ACUs, in half steps.
    package struct ServerlessV2Scaling: Sendable, Hashable {
        package var minimumCapacity: Double?
        package var maximumCapacity: Double?
        /// 300 to 86,400, where the minimum is 0.
        package var secondsUntilAutoPause: Int?

        package init(minimumCapacity: Double?, maximumCapacity: Double?, secondsUntilAutoPause: Int? = nil) {
            self.minimumCapacity = minimumCapacity
            self.maximumCapacity = maximumCapacity
            self.secondsUntilAutoPause = secondsUntilAutoPause
        }

        func encode(into parameters: inout QueryParameters) {
            parameters.addStructure("ServerlessV2ScalingConfiguration") { parameters in
                parameters.add("MinCapacity", minimumCapacity)
                parameters.add("MaxCapacity", maximumCapacity)
                parameters.add("SecondsUntilAutoPause", secondsUntilAutoPause)
            }
        }

        static func decode(_ parent: XMLElement) throws(XMLDecodingError) -> ServerlessV2Scaling? {
            guard let element = parent["ServerlessV2ScalingConfiguration"] else { return nil }
            let scaling = ServerlessV2Scaling(
                minimumCapacity: try element.number("MinCapacity"), maximumCapacity: try element.number("MaxCapacity"),
                secondsUntilAutoPause: try element.integer("SecondsUntilAutoPause"))
            return scaling.minimumCapacity == nil && scaling.maximumCapacity == nil ? nil : scaling
        }
    }
}
