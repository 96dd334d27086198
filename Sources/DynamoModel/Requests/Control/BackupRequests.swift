/// CreateBackup.
package struct CreateBackupRequest: Sendable {
    /// A name, or the table's ARN.
    package let tableName: String
    package let backupName: String

    package init(json: JSONValue) throws(WireError) {
        var reader = try RequestReader(json, "CreateBackupInput")
        tableName = try reader.tableName()
        reader.require("BackupName")
        backupName = try reader.resourceName("BackupName", Limits.indexNameLength) ?? ""
        try reader.finish()
    }
}

/// DescribeBackup and DeleteBackup.
package struct BackupRequest: Sendable {
    package let backupARN: String

    package init(json: JSONValue, _ input: String) throws(WireError) {
        var reader = try RequestReader(json, input)
        backupARN = try reader.backupARN("BackupArn") ?? ""
        try reader.finish()
    }
}

/// ListBackups.
package struct ListBackupsRequest: Sendable {
    package enum TypeFilter: String, Hashable, Sendable, CaseIterable, WireEnum {
        case user = "USER"
        case system = "SYSTEM"
        case awsBackup = "AWS_BACKUP"
        case all = "ALL"

        static let wireOrder = "USER, SYSTEM, AWS_BACKUP, ALL"
    }

    /// A name, or the table's ARN.
    package let tableName: String?
    /// 1 to 100; 100 where the request says nothing.
    package let limit: Int
    /// Unix seconds; inclusive.
    package let lowerBound: Double?
    /// Unix seconds; exclusive.
    package let upperBound: Double?
    package let startARN: String?
    package let type: TypeFilter

    package init(json: JSONValue) throws(WireError) {
        var reader = try RequestReader(json, "ListBackupsInput")
        tableName = try reader.has("TableName") ? reader.tableName() : nil
        let limit = try reader.integer("Limit")
        reader.checkValue(limit, 1...100, at: "Limit")
        lowerBound = try reader.timestamp("TimeRangeLowerBound")
        upperBound = try reader.timestamp("TimeRangeUpperBound")
        startARN = try reader.has("ExclusiveStartBackupArn") ? reader.backupARN("ExclusiveStartBackupArn") : nil
        type = try reader.enumeration("BackupType") ?? .user
        try reader.finish()
        self.limit = limit ?? 100
        if let lowerBound, let upperBound, lowerBound > upperBound {
            throw .invalidParameter("TimeRangeLowerBound must not be later than TimeRangeUpperBound")
        }
    }
}

/// UpdateContinuousBackups.
package struct UpdateContinuousBackupsRequest: Sendable {
    /// A name, or the table's ARN.
    package let tableName: String
    package let enabled: Bool
    /// 1 to 35.
    package let recoveryPeriodInDays: Int?

    package init(json: JSONValue) throws(WireError) {
        var reader = try RequestReader(json, "UpdateContinuousBackupsInput")
        tableName = try reader.tableName()
        reader.require("PointInTimeRecoverySpecification")
        var enabled: Bool?
        var days: Int?
        if var nested = try reader.structure("PointInTimeRecoverySpecification", "PointInTimeRecoverySpecification") {
            nested.require("PointInTimeRecoveryEnabled")
            enabled = try nested.bool("PointInTimeRecoveryEnabled")
            days = try nested.integer("RecoveryPeriodInDays")
            nested.checkValue(days, 1...35, at: "RecoveryPeriodInDays")
            reader.merge(nested)
        }
        try reader.finish()
        self.enabled = enabled ?? false
        recoveryPeriodInDays = days
        if days != nil, !self.enabled {
            throw .invalidParameter(
                "RecoveryPeriodInDays can only be specified when PointInTimeRecoveryEnabled is true")
        }
    }
}

extension RequestReader {
    /// The ARN of a backup: 37 to 1024 characters (`BackupArn` of the model).
    fileprivate mutating func backupARN(_ member: String) throws(WireError) -> String? {
        require(member)
        guard let arn = try string(member) else { return nil }
        checkLength(arn.utf16.count, 37...1024, of: arn, at: member)
        return arn
    }

    mutating func backupARNParameter() throws(WireError) -> String {
        try backupARN("BackupArn") ?? ""
    }

    /// Unix seconds.
    func timestamp(_ member: String) throws(WireError) -> Double? {
        guard let value = value(member) else { return nil }
        guard let seconds = value.doubleValue else {
            throw .serialization("Unexpected value type for a timestamp: \(member)")
        }
        return seconds
    }
}
