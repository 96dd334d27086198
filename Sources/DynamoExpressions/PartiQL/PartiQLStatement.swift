package import DynamoModel

/// The text of a PartiQL statement, parsed; independent of the values of its `?`.
package struct PartiQLStatement: Hashable, Sendable {
    let syntax: PartiQLStatementSyntax
    let parameterCount: Int

    /// - Throws: the service's error for text that is not of the grammar, or of a part of PartiQL that DynamoDB does
    ///   not have.
    package init(parsing text: String) throws(WireError) {
        var parser = PartiQLParser(text)
        syntax = try parser.statement()
        parameterCount = parser.parameterCount
    }

    /// Whether the statement is a `SELECT`.
    package var isSelect: Bool {
        if case .select = syntax { true } else { false }
    }

    /// Whether the statement is an `EXISTS`.
    package var isExists: Bool {
        if case .exists = syntax { true } else { false }
    }

    /// What the statement reads or writes.
    package var source: PartiQLSource {
        switch syntax {
        case .select(let select), .exists(let select): select.source
        case .insert(let insert): insert.target
        case .update(let update): update.target
        case .delete(let delete): delete.target
        }
    }

    /// Puts values in the places of `?`.
    /// - Throws: the service's error for a wrong number of values, literals that are no values of DynamoDB, and
    ///   operands that an operator or a function does not take.
    package func bind(_ parameters: [AttributeValue]) throws(WireError) -> PartiQLCommand {
        guard parameters.count == parameterCount else {
            throw .validation("Number of parameters in request and statement don't match.")
        }
        var binder = PartiQLBinder(parameters: parameters)
        switch syntax {
        case .select(let select): return .select(try binder.select(select))
        case .exists(let select): return .exists(try binder.select(select))
        case .insert(let insert): return .insert(try binder.insert(insert))
        case .update(let update): return .update(try binder.update(update))
        case .delete(let delete): return .delete(try binder.delete(delete))
        }
    }
}
