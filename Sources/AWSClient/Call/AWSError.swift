/// Why a call of an AWS API failed, after all retries.
package struct AWSError: Error, Sendable, Hashable {
    package let service: String
    package let operation: String
    /// nil when no answer came.
    package let status: Int?
    /// The code on the wire, which for some errors differs from the shape's name in the service model; or one of ours
    /// (`Code`) when the failure is not the service's.
    package let code: String
    package let message: String
    package let requestID: String?
    /// How many requests were sent.
    package let attempts: Int
    /// Whether the service may have done what was asked all the same: a request went out whose answer never came.
    /// Whoever creates or deletes looks before asking again.
    package let isAmbiguous: Bool
    package let fault: AWSFault

    /// Codes of failures on our side of the wire.
    package enum Code: String, Sendable, CaseIterable {
        case connectionFailed = "ConnectionFailed"
        case connectionLost = "ConnectionLost"
        case nameNotResolved = "NameNotResolved"
        case timedOut = "TimedOut"
        case tls = "TLSFailed"
        case cancelled = "Cancelled"
        /// The answer is not what the service's model says.
        case unreadableReply = "UnreadableReply"
        /// An answer with an error status whose body is no error of the service: from a proxy, or cut off.
        case unknownReply = "UnknownReply"
        case noCredentials = "NoCredentials"
        case noRegion = "NoRegion"
        case invalidConfiguration = "InvalidConfiguration"
        case other = "ClientFailure"
    }

    package init(
        service: String, operation: String, status: Int? = nil, code: String, message: String,
        requestID: String? = nil, attempts: Int = 0, isAmbiguous: Bool = false
    ) {
        self.service = service
        self.operation = operation
        self.status = status
        self.code = code
        self.message = message
        self.requestID = requestID
        self.attempts = attempts
        self.isAmbiguous = isAmbiguous
        fault = AWSFault(code: code, status: status, operation: operation)
    }

    package init(
        service: String, operation: String, status: Int? = nil, code: Code, message: String,
        requestID: String? = nil, attempts: Int = 0, isAmbiguous: Bool = false
    ) {
        self.init(
            service: service, operation: operation, status: status, code: code.rawValue, message: message,
            requestID: requestID, attempts: attempts, isAmbiguous: isAmbiguous)
    }
}

extension AWSError: CustomStringConvertible {
    /// `RDS CreateDBInstance: InstanceQuotaExceeded (400): … [request 3f…]`
    package var description: String {
        var text = "\(service) \(operation): \(code)"
        if let status { text += " (\(status))" }
        if !message.isEmpty { text += ": \(message)" }
        if let requestID { text += " [request \(requestID)]" }
        return text
    }
}
