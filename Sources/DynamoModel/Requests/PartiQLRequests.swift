/// The text of a PartiQL statement and the values of its `?`, as all requests with statements have them.
package struct PartiQLText: Sendable, Hashable {
    package var statement: String
    package var parameters: [AttributeValue]
    package var returnValuesOnConditionCheckFailure: ReturnValuesOnConditionCheckFailure

    /// Constraints go to the reader; ``parameters`` are read by ``readParameters(_:)`` when these hold.
    init(_ reader: inout RequestReader) throws(WireError) {
        reader.require("Statement")
        statement = try reader.string("Statement") ?? ""
        if reader.has("Statement") {
            reader.checkLength(statement.utf16.count, Limits.statementLength, of: statement, at: "Statement")
        }
        if let list = try reader.list("Parameters") {
            reader.checkLength(list.count, 1...Int.max, of: "[]", at: "Parameters")
        }
        returnValuesOnConditionCheckFailure =
            try reader.enumeration("ReturnValuesOnConditionCheckFailure") ?? .none
        parameters = []
    }

    mutating func readParameters(_ reader: RequestReader) throws(WireError) {
        for json in try reader.list("Parameters") ?? [] { parameters.append(try AttributeValue(json: json)) }
    }
}

/// ExecuteStatement.
package struct ExecuteStatementRequest: Sendable {
    package var text: PartiQLText
    package var consistentRead: Bool
    package var nextToken: String?
    package var limit: Int?
    package var returnConsumedCapacity: ReturnConsumedCapacity

    package init(json: JSONValue) throws(WireError) {
        var reader = try RequestReader(json, "ExecuteStatementInput")
        var text = try PartiQLText(&reader)
        nextToken = try reader.string("NextToken")
        if let nextToken {
            reader.checkLength(nextToken.utf16.count, Limits.nextTokenLength, of: nextToken, at: "NextToken")
        }
        returnConsumedCapacity = try reader.enumeration("ReturnConsumedCapacity") ?? .none
        limit = try reader.integer("Limit")
        reader.checkValue(limit, 1...Int.max, at: "Limit")
        consistentRead = try reader.bool("ConsistentRead") ?? false
        try reader.finish()
        try text.readParameters(reader)
        self.text = text
    }
}

/// BatchExecuteStatement.
package struct BatchExecuteStatementRequest: Sendable {
    package struct Statement: Sendable {
        package var text: PartiQLText
        package var consistentRead: Bool
    }

    /// In the order of the request.
    package var statements: [Statement]
    package var returnConsumedCapacity: ReturnConsumedCapacity

    package init(json: JSONValue) throws(WireError) {
        var reader = try RequestReader(json, "BatchExecuteStatementInput")
        let statements = try reader.statements("Statements", "BatchStatementRequest", Limits.batchStatements)
        returnConsumedCapacity = try reader.enumeration("ReturnConsumedCapacity") ?? .none
        try reader.finish()
        self.statements = []
        for (reader, text) in statements {
            self.statements.append(
                Statement(text: text, consistentRead: try reader.bool("ConsistentRead") ?? false))
        }
    }
}

extension RequestReader {
    /// A list of statements. Their values are read as far as constraints hold.
    fileprivate mutating func statements(
        _ name: String, _ structure: String, _ limit: Int
    ) throws(WireError) -> [(reader: RequestReader, text: PartiQLText)] {
        require(name)
        guard let list = try list(name) else { return [] }
        let shown = list.isEmpty ? "[]" : "[\(list.count) statements]"
        checkLength(list.count, 1...limit, of: shown, at: name)
        var statements: [(reader: RequestReader, text: PartiQLText)] = []
        for (index, json) in list.enumerated() {
            let path = "\(self.path)\(RequestReader.memberName(name)).\(index + 1).member."
            var nested = try RequestReader(json, structure, path: path)
            var text = try PartiQLText(&nested)
            merge(nested)
            if failures.isEmpty { try text.readParameters(nested) }
            statements.append((nested, text))
        }
        return statements
    }
}
