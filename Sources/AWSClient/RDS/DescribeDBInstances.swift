extension RDS {
    /// Lists instances, or describes one.
    package struct DescribeDBInstances: QueryOperation, Hashable {
        package static let action = "DescribeDBInstances"

        /// An identifier or an ARN; nil lists.
        package var identifier: String?
        package var filters: [Filter]
        package var paging: Paging

        package init(identifier: String? = nil, filters: [Filter] = [], paging: Paging = Paging()) {
            self.identifier = identifier
            self.filters = filters
            self.paging = paging
        }

        package func encode(into parameters: inout QueryParameters) {
            parameters.add("DBInstanceIdentifier", identifier)
            Filter.encode(filters, into: &parameters)
            paging.encode(into: &parameters)
        }

        package static func decode(_ result: XMLElement) throws(XMLDecodingError) -> Page<DBInstance> {
            var instances: [DBInstance] = []
            for element in result.list("DBInstances", of: "DBInstance") {
                instances.append(try DBInstance(decoding: element))
            }
            return Page(elements: instances, marker: result.string("Marker"))
        }
    }
}

extension RDSClient {
    /// One page.
    package func describeDBInstances(
        _ request: RDS.DescribeDBInstances
    ) async throws(AWSError) -> RDS.Page<RDS.DBInstance> {
        try await send(request)
    }

    /// All pages; `request.paging.marker` is where to begin.
    package func allDBInstances(
        _ request: RDS.DescribeDBInstances = RDS.DescribeDBInstances()
    ) async throws(AWSError) -> [RDS.DBInstance] {
        try await collect(RDS.DescribeDBInstances.action) { (marker) async throws(AWSError) in
            var page = request
            page.paging.marker = marker ?? request.paging.marker
            return try await send(page)
        }
    }

    /// One instance by its identifier or ARN; nil when there is none.
    package func dbInstance(_ identifier: String) async throws(AWSError) -> RDS.DBInstance? {
        do {
            return try await send(RDS.DescribeDBInstances(identifier: identifier)).elements.first
        } catch {
            guard error.fault == .absent else { throw error }
            return nil
        }
    }
}
