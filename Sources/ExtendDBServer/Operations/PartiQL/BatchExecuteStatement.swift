import DynamoExpressions
package import DynamoModel
import ExtendDBLayout
import Postgres

extension ItemOperations {
    /// Carries out the statements one after the other. Each succeeds or fails by itself, and says so in its own
    /// response.
    package func batchExecuteStatement(
        _ request: BatchExecuteStatementRequest, _ context: RequestContext
    ) async throws(WireError) -> [UInt8] {
        let statements = request.statements.map { BatchStatement($0) }
        try BatchStatement.checkKinds(statements)
        var response = BatchStatementResponse(capacity: request.returnConsumedCapacity)
        for statement in statements {
            do throws(WireError) {
                let outcome = try await execute(statement, context)
                response.add(outcome.item, outcome.consumed, statement)
            } catch {
                // What the server itself cannot do is no matter of one statement.
                if error.httpStatus >= 500 { throw error }
                response.add(error, statement)
            }
        }
        return response.json()
    }

    private func execute(
        _ statement: BatchStatement, _ context: RequestContext
    ) async throws(WireError) -> (item: Item?, consumed: ConsumedCapacity) {
        let text = statement.request.text
        let command = try statement.parsed.get().bind(text.parameters)
        if case .select(let select) = command {
            return try await read(select, consistent: statement.request.consistentRead, context)
        }
        let returnsItem = text.returnValuesOnConditionCheckFailure == .allOld
        let written = try await write(command, returnsItem: returnsItem, context)
        return (written.returned, written.write.consumed(written.table))
    }

    /// Reads the one item that a `SELECT` of a batch names ("Each read statement in a BatchExecuteStatement must
    /// specify an equality condition on all key attributes", API reference).
    private func read(
        _ select: PartiQLSelect, consistent: Bool, _ context: RequestContext
    ) async throws(WireError) -> (item: Item?, consumed: ConsumedCapacity) {
        let table = try await table(select.source.table, context)
        let target = try select.target(table, within: "BatchExecuteStatement")
        try table.throttle?.admit(table, .read)
        let found = try await database.read(table.physical.statements.select(target.stored)).first?[0].item
        let consumed = ConsumedCapacity(
            tableName: table.name, table: .read(bytes: found.map(itemSize) ?? 0, consistent: consistent))
        table.throttle?.charge(consumed, table, .read)
        return (found.flatMap { select.result(of: $0, target) }, consumed)
    }
}

/// A statement of a batch, parsed: what is wrong with it is the matter of its own response.
struct BatchStatement: Sendable {
    let request: BatchExecuteStatementRequest.Statement
    let parsed: Result<PartiQLStatement, WireError>

    init(_ request: BatchExecuteStatementRequest.Statement) {
        self.request = request
        do throws(WireError) {
            parsed = .success(try PartiQLStatement(parsing: request.text.statement))
        } catch {
            parsed = .failure(error)
        }
    }

    /// The name of its table, if it could be parsed.
    var tableName: String? {
        guard case .success(let statement) = parsed else { return nil }
        return statement.source.table
    }

    /// - Throws: the error of a batch that both reads and writes ("you cannot mix both in one batch", API reference).
    static func checkKinds(_ statements: [BatchStatement]) throws(WireError) {
        var kinds = Set<Bool>()
        for case .success(let statement) in statements.map(\.parsed) { kinds.insert(statement.isSelect) }
        guard kinds.count > 1 else { return }
        throw .validation("Batch operations cannot contain both read and write statements.")
    }
}

/// The response of BatchExecuteStatement as it grows.
struct BatchStatementResponse: Sendable {
    private let capacity: ReturnConsumedCapacity
    private var responses = JSONWriter()
    private var consumed: [ConsumedCapacity] = []

    init(capacity: ReturnConsumedCapacity) {
        self.capacity = capacity
        responses.beginArray()
    }

    mutating func add(_ item: Item?, _ consumed: ConsumedCapacity, _ statement: BatchStatement) {
        if let position = self.consumed.firstIndex(where: { $0.tableName == consumed.tableName }) {
            self.consumed[position].add(consumed)
        } else {
            self.consumed.append(consumed)
        }
        responses.beginObject()
        if let item {
            responses.name("Item")
            responses.item(item)
        }
        end(statement)
    }

    mutating func add(_ error: WireError, _ statement: BatchStatement) {
        responses.beginObject()
        responses.name("Error")
        responses.beginObject()
        responses.name("Code")
        responses.string(error.batchStatementCode)
        if let item = error.item {
            responses.name("Item")
            responses.item(item)
        }
        responses.name("Message")
        responses.string(error.message)
        responses.endObject()
        end(statement)
    }

    private mutating func end(_ statement: BatchStatement) {
        if let name = statement.tableName {
            responses.name("TableName")
            responses.string(name)
        }
        responses.endObject()
    }

    func json() -> [UInt8] {
        var responses = responses
        responses.endArray()
        var writer = JSONWriter()
        writer.beginObject()
        if capacity != .none { writer.consumedCapacity(consumed, detailed: capacity == .indexes) }
        writer.name("Responses")
        writer.raw(responses.bytes)
        writer.endObject()
        return writer.bytes
    }
}

extension WireError {
    /// `BatchStatementErrorCodeEnum`: the exceptions under other names.
    fileprivate var batchStatementCode: String {
        switch code {
        case .validationException: "ValidationError"
        case .duplicateItemException: "DuplicateItem"
        case .conditionalCheckFailedException: "ConditionalCheckFailed"
        case .resourceNotFoundException: "ResourceNotFound"
        case .itemCollectionSizeLimitExceededException: "ItemCollectionSizeLimitExceeded"
        case .requestLimitExceeded: "RequestLimitExceeded"
        case .provisionedThroughputExceededException: "ProvisionedThroughputExceeded"
        case .transactionConflictException: "TransactionConflict"
        case .throttlingException: "ThrottlingError"
        case .accessDeniedException: "AccessDenied"
        default: "InternalServerError"
        }
    }
}
