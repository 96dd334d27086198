extension RDS {
    /// Lists clusters, or describes one.
    package struct DescribeDBClusters: QueryOperation, Hashable {
        package static let action = "DescribeDBClusters"

        /// An identifier or an ARN; nil lists.
        package var identifier: String?
        package var filters: [Filter]
        /// Also the clusters that other accounts share with this one.
        package var includesShared: Bool?
        package var paging: Paging

        package init(
            identifier: String? = nil, filters: [Filter] = [], includesShared: Bool? = nil, paging: Paging = Paging()
        ) {
            self.identifier = identifier
            self.filters = filters
            self.includesShared = includesShared
            self.paging = paging
        }

        package func encode(into parameters: inout QueryParameters) {
            parameters.add("DBClusterIdentifier", identifier)
            Filter.encode(filters, into: &parameters)
            parameters.add("IncludeShared", includesShared)
            paging.encode(into: &parameters)
        }

        package static func decode(_ result: XMLElement) throws(XMLDecodingError) -> Page<DBCluster> {
            var clusters: [DBCluster] = []
            for element in result.list("DBClusters", of: "DBCluster") {
                clusters.append(try DBCluster(decoding: element))
            }
            return Page(elements: clusters, marker: result.string("Marker"))
        }
    }
}

extension RDSClient {
    /// One page.
    package func describeDBClusters(
        _ request: RDS.DescribeDBClusters
    ) async throws(AWSError) -> RDS.Page<RDS.DBCluster> {
        try await send(request)
    }

    /// All pages; `request.paging.marker` is where to begin.
    package func allDBClusters(
        _ request: RDS.DescribeDBClusters = RDS.DescribeDBClusters()
    ) async throws(AWSError) -> [RDS.DBCluster] {
        try await collect(RDS.DescribeDBClusters.action) { (marker) async throws(AWSError) in
            var page = request
            page.paging.marker = marker ?? request.paging.marker
            return try await send(page)
        }
    }

    /// One cluster by its identifier or ARN; nil when there is none.
    package func dbCluster(_ identifier: String) async throws(AWSError) -> RDS.DBCluster? {
        do {
            return try await send(RDS.DescribeDBClusters(identifier: identifier)).elements.first
        } catch {
            guard error.fault == .absent else { throw error }
            return nil
        }
    }
}
