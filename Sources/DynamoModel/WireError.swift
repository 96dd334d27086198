/// An error as a DynamoDB client sees it: the type's name, the HTTP status and the message are the contract.
package struct WireError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Code: String, Sendable, Hashable, CaseIterable {
        case validationException = "ValidationException"
        case serializationException = "SerializationException"
        case resourceNotFoundException = "ResourceNotFoundException"
        case resourceInUseException = "ResourceInUseException"
        case expiredIteratorException = "ExpiredIteratorException"
        case trimmedDataAccessException = "TrimmedDataAccessException"
        case tableNotFoundException = "TableNotFoundException"
        case conditionalCheckFailedException = "ConditionalCheckFailedException"
        case exportNotFoundException = "ExportNotFoundException"
        case importNotFoundException = "ImportNotFoundException"
        case invalidExportTimeException = "InvalidExportTimeException"
        case pointInTimeRecoveryUnavailableException = "PointInTimeRecoveryUnavailableException"
        case duplicateItemException = "DuplicateItemException"
        case limitExceededException = "LimitExceededException"
        case itemCollectionSizeLimitExceededException = "ItemCollectionSizeLimitExceededException"
        case provisionedThroughputExceededException = "ProvisionedThroughputExceededException"
        case throttlingException = "ThrottlingException"
        case transactionCanceledException = "TransactionCanceledException"
        case transactionConflictException = "TransactionConflictException"
        case transactionInProgressException = "TransactionInProgressException"
        case idempotentParameterMismatchException = "IdempotentParameterMismatchException"
        case backupInUseException = "BackupInUseException"
        case backupNotFoundException = "BackupNotFoundException"
        case continuousBackupsUnavailableException = "ContinuousBackupsUnavailableException"
        case globalTableAlreadyExistsException = "GlobalTableAlreadyExistsException"
        case globalTableNotFoundException = "GlobalTableNotFoundException"
        case invalidRestoreTimeException = "InvalidRestoreTimeException"
        case policyNotFoundException = "PolicyNotFoundException"
        case tableAlreadyExistsException = "TableAlreadyExistsException"
        case tableInUseException = "TableInUseException"
        case requestLimitExceeded = "RequestLimitExceeded"
        case internalServerError = "InternalServerError"
        case serviceUnavailable = "ServiceUnavailable"
        case unknownOperationException = "UnknownOperationException"
        case missingAuthenticationTokenException = "MissingAuthenticationTokenException"
        case incompleteSignatureException = "IncompleteSignatureException"
        case invalidSignatureException = "InvalidSignatureException"
        case unrecognizedClientException = "UnrecognizedClientException"
        case expiredTokenException = "ExpiredTokenException"
        case accessDeniedException = "AccessDeniedException"
        case requestTimeout = "RequestTimeout"
        case requestEntityTooLarge = "RequestEntityTooLarge"
    }

    /// Why one action of a transaction failed, or `None` for one that did not.
    package struct CancellationReason: Sendable, Hashable {
        package var code: String
        package var message: String?
        package var item: Item?

        package init(code: String, message: String? = nil, item: Item? = nil) {
            self.code = code
            self.message = message
            self.item = item
        }
    }

    /// What a request was throttled for: `ThrottlingReason`.
    package struct ThrottlingReason: Sendable, Hashable {
        package var reason: String
        /// The ARN of the table or index.
        package var resource: String

        package init(reason: String, resource: String) {
            self.reason = reason
            self.resource = resource
        }
    }

    package var code: Code
    package var message: String
    /// The item that failed a condition, when the request asks for it (`ReturnValuesOnConditionCheckFailure`).
    package var item: Item?
    package var cancellationReasons: [CancellationReason]?
    package var throttlingReasons: [ThrottlingReason] = []

    package init(
        _ code: Code, _ message: String, item: Item? = nil, cancellationReasons: [CancellationReason]? = nil
    ) {
        self.code = code
        self.message = message
        self.item = item
        self.cancellationReasons = cancellationReasons
    }

    package static func validation(_ message: String) -> WireError {
        WireError(.validationException, message)
    }

    /// The wording that most checks of values share.
    package static func invalidParameter(_ reason: String) -> WireError {
        .validation("One or more parameter values were invalid: " + reason)
    }

    package static func serialization(_ message: String) -> WireError {
        WireError(.serializationException, message)
    }

    package var description: String { "\(code.rawValue): \(message)" }
}

extension WireError {
    /// Errors of the caller are 400, authentication included; the exceptions are transport limits and our own faults.
    package var httpStatus: Int {
        switch code {
        case .requestTimeout: 408
        case .requestEntityTooLarge: 413
        case .internalServerError: 500
        case .serviceUnavailable: 503
        default: 400
        }
    }

    /// The value of `__type`: the name of the error in the namespace of the service layer that raises it.
    package var typeName: String { prefix + code.rawValue }

    private var prefix: String {
        switch code {
        case .validationException:
            "com.amazon.coral.validate#"
        case .throttlingException:
            "com.amazon.coral.availability#"
        case .serializationException, .unknownOperationException, .missingAuthenticationTokenException,
            .incompleteSignatureException, .invalidSignatureException, .unrecognizedClientException,
            .expiredTokenException, .accessDeniedException, .serviceUnavailable, .requestTimeout,
            .requestEntityTooLarge:
            "com.amazon.coral.service#"
        default:
            "com.amazonaws.dynamodb.v20120810#"
        }
    }

    /// DynamoDB is not of one mind: the JSON protocol layer and the newer exceptions capitalise the member.
    private var messageName: String {
        switch code {
        case .serializationException, .transactionCanceledException, .idempotentParameterMismatchException,
            .transactionInProgressException, .accessDeniedException:
            "Message"
        default: "message"
        }
    }

    /// The JSON body of the HTTP response. An empty message is left out, as for an unknown operation.
    package func body() -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.name("__type")
        json.string(typeName)
        if !message.isEmpty {
            json.name(messageName)
            json.string(message)
        }
        if let item {
            json.name("Item")
            json.item(item)
        }
        if let cancellationReasons {
            json.name("CancellationReasons")
            json.beginArray()
            for reason in cancellationReasons { json.cancellationReason(reason) }
            json.endArray()
        }
        if !throttlingReasons.isEmpty {
            json.name(code == .throttlingException ? "throttlingReasons" : "ThrottlingReasons")
            json.beginArray()
            for reason in throttlingReasons {
                json.beginObject()
                json.name("reason")
                json.string(reason.reason)
                json.name("resource")
                json.string(reason.resource)
                json.endObject()
            }
            json.endArray()
        }
        json.endObject()
        return json.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func cancellationReason(_ reason: WireError.CancellationReason) {
        beginObject()
        name("Code")
        string(reason.code)
        if let message = reason.message {
            name("Message")
            string(message)
        }
        if let item = reason.item {
            name("Item")
            self.item(item)
        }
        endObject()
    }
}
