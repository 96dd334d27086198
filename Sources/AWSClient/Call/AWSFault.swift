/// What a failure asks of the caller. One class for each different way to go on.
package enum AWSFault: String, Sendable, Hashable, CaseIterable {
    /// The same call may succeed later: throttling, a service in trouble, a lost connection. Look before repeating
    /// what creates.
    case retry
    /// The resource is in a state that does not allow the call now. Its real status says which way to go.
    case wait
    /// The name is taken: ours from an attempt before, or somebody else's.
    case adopt
    /// The resource is not there: success for who deletes, fatal for who needs it.
    case absent
    /// A limit of the account. Nothing changes by asking again soon.
    case quota
    /// AWS lacks machines of that class in that place now.
    case capacity
    /// Something that the call names is missing, unfit or forbidden by the network's set-up; the message names it.
    case configuration
    /// Who asks: no or stale credentials, a missing permission, a wrong clock.
    case identity
    /// The request itself is wrong, or a failure that nobody foresaw.
    case fatal

    /// - Parameter operation: the action that failed.
    package init(code: String, status: Int?, operation: String) {
        if operation == "RestoreDBClusterToPointInTime", code == "DBClusterSnapshotAlreadyExistsFault" {
            // The call names no snapshot, so what exists can only be the cluster. (moto answers so.)
            self = .adopt
            return
        }
        self = Self.byCode[code] ?? Self.byStatus(status)
    }

    /// For codes that we have never heard of.
    private static func byStatus(_ status: Int?) -> AWSFault {
        switch status {
        case 429, .some(500...): .retry
        case 401, 403: .identity
        default: .fatal
        }
    }

    private static let byCode: [String: AWSFault] = {
        var table: [String: AWSFault] = [:]
        for (fault, codes) in codes {
            for code in codes { table[code] = fault }
        }
        for code in RetryRules.throttlingCodes.union(RetryRules.transientCodes) { table[code] = .retry }
        return table
    }()

    // The codes of the RDS API's model for the actions that are called here, "Common Errors" of the RDS and STS API
    // references, and our own.
    private static let codes: [AWSFault: [String]] = [
        .retry: [
            "InternalFailure", "InternalError", "ServiceUnavailable", "IDPCommunicationError",
            AWSError.Code.connectionFailed.rawValue, AWSError.Code.connectionLost.rawValue,
            AWSError.Code.nameNotResolved.rawValue, AWSError.Code.timedOut.rawValue,
        ],
        .wait: [
            "InvalidDBClusterStateFault", "InvalidDBInstanceState", "InvalidDBSubnetGroupStateFault",
            "InvalidDBSecurityGroupState", "InvalidDBClusterSnapshotStateFault", "InvalidDBSnapshotState",
            "InvalidGlobalClusterStateFault", "InvalidDBShardGroupState", "InvalidDBClusterEndpointStateFault",
            "DBInstanceNotReady", "InvalidResourceStateFault",
        ],
        .adopt: ["DBClusterAlreadyExistsFault", "DBInstanceAlreadyExists"],
        .absent: ["DBClusterNotFoundFault", "DBInstanceNotFound", "ResourceNotFoundFault"],
        .quota: [
            "DBClusterQuotaExceededFault", "InstanceQuotaExceeded", "StorageQuotaExceeded", "SnapshotQuotaExceeded",
            "DBClusterAutomatedBackupQuotaExceededFault", "DBInstanceAutomatedBackupQuotaExceeded",
            "TenantDatabaseQuotaExceeded",
        ],
        .capacity: [
            "InsufficientDBClusterCapacityFault", "InsufficientDBInstanceCapacity",
            "InsufficientStorageClusterCapacity", "ProvisionedIopsNotAvailableInAZFault",
        ],
        .configuration: [
            "KMSKeyNotAccessibleFault", "DBSubnetGroupNotFoundFault", "DBClusterParameterGroupNotFound",
            "DBParameterGroupNotFound", "InvalidSubnet", "InvalidVPCNetworkStateFault",
            "VpcEncryptionControlViolationException", "InvalidRestoreFault", "DBSubnetGroupDoesNotCoverEnoughAZs",
            "DBSubnetGroupNotAllowedFault", "InsufficientAvailableIPsInSubnetFault", "NetworkTypeNotSupported",
            "StorageTypeNotSupported", "StorageTypeNotAvailableFault", "OptionGroupNotFoundFault",
            "DomainNotFoundFault", "CertificateNotFound", "DBSecurityGroupNotFound", "BackupPolicyNotFoundFault",
            "AuthorizationNotFound", "DBClusterAutomatedBackupNotFoundFault", "DBClusterSnapshotNotFoundFault",
            "OptInRequired", "RegionDisabledException",
            AWSError.Code.noRegion.rawValue, AWSError.Code.invalidConfiguration.rawValue,
            AWSError.Code.tls.rawValue,
        ],
        .identity: [
            "AccessDenied", "AccessDeniedException", "AuthFailure", "ExpiredToken", "ExpiredTokenException",
            "IncompleteSignature", "InvalidAccessKeyId", "InvalidClientTokenId", "InvalidIdentityToken",
            "IDPRejectedClaim", "InvalidSignatureException", "MissingAuthenticationToken",
            "MissingAuthenticationTokenException", "NotAuthorized", "RequestExpired", "RequestInTheFuture",
            "RequestTimeTooSkewed", "SignatureDoesNotMatch", "UnauthorizedException", "UnauthorizedOperation",
            "UnrecognizedClientException", AWSError.Code.noCredentials.rawValue,
        ],
        .fatal: [
            "InvalidAction", "InvalidParameterCombination", "InvalidParameterValue", "InvalidQueryParameter",
            "MalformedQueryString", "MissingAction", "MissingParameter", "ValidationError", "ValidationException",
            "DBClusterSnapshotAlreadyExistsFault", "DBSnapshotAlreadyExists",
            AWSError.Code.cancelled.rawValue, AWSError.Code.unreadableReply.rawValue,
        ],
    ]

    /// Whether this code has a class of its own, instead of the one of its status.
    package static func knows(_ code: String) -> Bool { byCode[code] != nil }
}
