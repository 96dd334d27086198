extension RDS {
    /// The status of a cluster as RDS writes it. One that is not named here is kept as it is: new ones appear without
    /// notice.
    package struct ClusterStatus: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
        package let rawValue: String

        package init(rawValue: String) {
            self.rawValue = rawValue
        }

        package var description: String { rawValue }

        package static let available = ClusterStatus(rawValue: "available")
        package static let backingUp = ClusterStatus(rawValue: "backing-up")
        package static let cloningFailed = ClusterStatus(rawValue: "cloning-failed")
        package static let creating = ClusterStatus(rawValue: "creating")
        package static let deleting = ClusterStatus(rawValue: "deleting")
        package static let failingOver = ClusterStatus(rawValue: "failing-over")
        package static let inaccessibleEncryptionCredentials = ClusterStatus(
            rawValue: "inaccessible-encryption-credentials")
        package static let inaccessibleEncryptionCredentialsRecoverable = ClusterStatus(
            rawValue: "inaccessible-encryption-credentials-recoverable")
        package static let maintenance = ClusterStatus(rawValue: "maintenance")
        package static let migrating = ClusterStatus(rawValue: "migrating")
        package static let migrationFailed = ClusterStatus(rawValue: "migration-failed")
        package static let modifying = ClusterStatus(rawValue: "modifying")
        package static let promoting = ClusterStatus(rawValue: "promoting")
        package static let preparingDataMigration = ClusterStatus(rawValue: "preparing-data-migration")
        package static let renaming = ClusterStatus(rawValue: "renaming")
        package static let resettingMasterCredentials = ClusterStatus(rawValue: "resetting-master-credentials")
        package static let starting = ClusterStatus(rawValue: "starting")
        package static let stopped = ClusterStatus(rawValue: "stopped")
        package static let stopping = ClusterStatus(rawValue: "stopping")
        package static let storageOptimization = ClusterStatus(rawValue: "storage-optimization")
        package static let updateIAMDatabaseAuthentication = ClusterStatus(rawValue: "update-iam-db-auth")
        package static let upgrading = ClusterStatus(rawValue: "upgrading")
    }

    /// The status of an instance as RDS writes it; like `ClusterStatus`.
    package struct InstanceStatus: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
        package let rawValue: String

        package init(rawValue: String) {
            self.rawValue = rawValue
        }

        package var description: String { rawValue }

        package static let available = InstanceStatus(rawValue: "available")
        package static let backingUp = InstanceStatus(rawValue: "backing-up")
        package static let creating = InstanceStatus(rawValue: "creating")
        package static let deleting = InstanceStatus(rawValue: "deleting")
        package static let failed = InstanceStatus(rawValue: "failed")
        package static let modifying = InstanceStatus(rawValue: "modifying")
        package static let rebooting = InstanceStatus(rawValue: "rebooting")
        package static let starting = InstanceStatus(rawValue: "starting")
        package static let stopped = InstanceStatus(rawValue: "stopped")
        package static let stopping = InstanceStatus(rawValue: "stopping")
        package static let storageFull = InstanceStatus(rawValue: "storage-full")

        /// `configuring-…`: RDS sets something up, which ends by itself.
        package var isConfiguring: Bool { rawValue.hasPrefix("configuring-") }
        /// `incompatible-…` and `inaccessible-…`: stays until somebody acts.
        package var needsAttention: Bool {
            rawValue.hasPrefix("incompatible-") || rawValue.hasPrefix("inaccessible-")
        }
    }
}
