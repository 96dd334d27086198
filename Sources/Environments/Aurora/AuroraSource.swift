/// A production cluster that was registered as a snapshot: what its clones are made from and how. The cluster itself is
/// only ever read and cloned; see `AuroraGuard`.
package struct AuroraSource: Hashable, Sendable {
    /// How the databases of a clone are reached.
    package enum TLSMode: String, Sendable, Hashable, CaseIterable {
        /// Encrypted, and the server proves by a certificate of the CA file that it is who it says.
        case verifyFull = "verify-full"
        /// Encrypted; who the server is stays unproven.
        case require
        /// In the clear: for tunnels that encrypt.
        case disable
    }

    /// `DBClusterIdentifier` of the production cluster.
    package var cluster: String
    package var region: String
    /// The class of a clone's one instance.
    package var instanceClass = "db.serverless"
    /// Aurora capacity units, for `db.serverless`; in half steps. 0: it pauses while nobody is connected.
    package var minimumACU = 0.0
    package var maximumACU = 2.0
    /// Seconds without a connection after which a clone with `minimumACU` 0 pauses.
    package var autoPauseSeconds = 300
    package var catalogDatabase = "extenddb_catalog"
    package var dataDatabase = "extenddb"
    /// The cluster's master user; its password in a clone is the clone's own.
    package var masterUser = "postgres"
    package var tls = TLSMode.verifyFull
    /// A file with the certificates that a server's must be signed by; nil: the system's.
    package var caFile: String?
    /// What a clone is put into instead of what the source has; nil or empty: as the source.
    package var subnetGroup: String?
    package var securityGroups: [String] = []
    package var clusterParameterGroup: String?
    package var instanceParameterGroup: String?
    /// Whether the sixteenth clone, which AWS makes as a full copy, is wanted.
    package var allowFullCopy = false
    /// The region that clients of the tables sign for; empty: `region`.
    package var tableRegion = ""

    package init(cluster: String, region: String) {
        self.cluster = cluster
        self.region = region
    }

    /// - Throws: `invalidRequest` with what AWS would not take.
    package func check() throws(ControlError) {
        guard AuroraNames.isIdentifier(cluster) else {
            throw Self.invalid(
                "'\(cluster)' is not a DB cluster identifier",
                "1 to 63 letters, digits and single hyphens, beginning with a letter; not an ARN or an endpoint")
        }
        guard !cluster.hasPrefix(AuroraNames.prefix) else {
            throw Self.invalid(
                "'\(cluster)' has the name of a clone of envctl", "register the production cluster itself")
        }
        guard !region.isEmpty else {
            throw Self.invalid("no region is given", "name it with --region, or set AWS_REGION for the control plane")
        }
        let isHalfStep = [minimumACU, maximumACU].allSatisfy { $0 * 2 == ($0 * 2).rounded() && (0...256).contains($0) }
        guard isHalfStep, maximumACU >= max(1, minimumACU) else {
            throw Self.invalid(
                "a capacity from \(minimumACU) to \(maximumACU) ACU is not possible",
                "both in half steps from 0 to 256, the maximum at least 1 and not below the minimum")
        }
        guard (300...86_400).contains(autoPauseSeconds) else {
            throw Self.invalid(
                "an automatic pause after \(autoPauseSeconds) s is not possible", "between 300 and 86400 seconds")
        }
        for (what, name) in [("catalog", catalogDatabase), ("data", dataDatabase), ("master user", masterUser)] {
            guard !name.isEmpty, name.utf8.count <= 63, !name.utf8.contains(0) else {
                throw Self.invalid("the name of the \(what) is empty or too long", "at most 63 bytes")
            }
        }
        guard catalogDatabase != dataDatabase else {
            throw Self.invalid("catalog and data are the same database", "name ExtendDB's two databases")
        }
    }

    private static func invalid(_ message: String, _ hint: String) -> ControlError {
        ControlError(.invalidRequest, subject: "aurora", message, hint: hint)
    }

    package var isServerless: Bool { instanceClass == "db.serverless" }
}

/// How the storage of environments is made.
package enum StorageKind: String, Sendable, Hashable, CaseIterable {
    /// A database copied from a sealed template on the control plane's own PostgreSQL server.
    case template
    /// An Aurora cluster that shares its source's volume, copy-on-write.
    case aurora
}
