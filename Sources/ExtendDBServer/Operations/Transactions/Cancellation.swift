import DynamoModel

/// Collects why the actions of a transaction fail, in the order of the request.
///
/// What is wrong with a request in itself refuses it as a whole. What it takes a table's schema or an item to find out
/// is found for each action by itself, and cancels the transaction with a reason for each ("CancellationReasons").
struct Cancellation: Sendable {
    private var reasons: [WireError.CancellationReason]
    private var isNeeded = false

    init(actions: Int) {
        reasons = Array(repeating: WireError.CancellationReason(code: "None"), count: actions)
    }

    /// Runs one action's check and notes its failure.
    ///
    /// - Throws: an error that is not an action's but the request's or the server's own.
    mutating func check<Value>(
        _ position: Int, _ work: () throws(WireError) -> Value
    ) throws(WireError) -> Value? {
        do throws(WireError) {
            return try work()
        } catch {
            // An empty key refuses the request as a whole, unlike one of another type or too long, as measured.
            guard !error.isAboutEmptyKeys, let reason = WireError.CancellationReason(error) else { throw error }
            reasons[position] = reason
            isNeeded = true
            return nil
        }
    }

    /// - Throws: `TransactionCanceledException` if an action failed.
    func finish() throws(WireError) {
        if isNeeded { throw .cancelled(reasons) }
    }
}

extension WireError.CancellationReason {
    /// What an error of a single operation is as a reason; `nil` for one that is none.
    fileprivate init?(_ error: WireError) {
        let code: String
        switch error.code {
        case .validationException: code = "ValidationError"
        case .duplicateItemException: code = "DuplicateItem"
        case .conditionalCheckFailedException: code = "ConditionalCheckFailed"
        case .itemCollectionSizeLimitExceededException: code = "ItemCollectionSizeLimitExceeded"
        case .transactionConflictException: code = "TransactionConflict"
        case .provisionedThroughputExceededException: code = "ProvisionedThroughputExceeded"
        case .throttlingException: code = "ThrottlingError"
        default: return nil
        }
        self.init(code: code, message: error.message, item: error.item)
    }
}

extension WireError {
    /// The codes in the message are those of the reasons, in their order.
    static func cancelled(_ reasons: [CancellationReason]) -> WireError {
        let codes = reasons.map(\.code).joined(separator: ", ")
        return WireError(
            .transactionCanceledException,
            "Transaction cancelled, please refer cancellation reasons for specific reasons [\(codes)]",
            cancellationReasons: reasons)
    }

    /// Two actions of one transaction on one item.
    static let repeatedItem = WireError.validation(
        "Transaction request cannot include multiple operations on one item")

    /// The wording is ours: the documentation names the limit and no message.
    static let transactionTooLarge = WireError.validation(
        "The aggregate size of the items in the transaction cannot exceed 4 MB")
}
