import DynamoExpressions
import DynamoModel

// The expressions of each request, parsed and bound, or what its legacy parameters say in their place. All of a
// request's expressions share one context, which at the end refuses placeholders that none of them used.

extension PutItemRequest {
    func condition() throws(WireError) -> ConditionExpression? {
        try ConditionParameters(
            expression: conditionExpression, names: expressionAttributeNames, values: expressionAttributeValues,
            expected: expected, conditionalOperator: conditionalOperator
        ).condition()
    }
}

extension DeleteItemRequest {
    func condition() throws(WireError) -> ConditionExpression? {
        try ConditionParameters(
            expression: conditionExpression, names: expressionAttributeNames, values: expressionAttributeValues,
            expected: expected, conditionalOperator: conditionalOperator
        ).condition()
    }
}

extension UpdateItemRequest {
    func updateAndCondition() throws(WireError) -> (UpdateExpression?, ConditionExpression?) {
        try WireError.enveloping(boundExpressions)
    }

    private func boundExpressions() throws(WireError) -> (UpdateExpression?, ConditionExpression?) {
        var context = ExpressionContext(names: expressionAttributeNames, values: expressionAttributeValues)
        var update: UpdateExpression?
        if let updateExpression {
            update = try UpdateExpression(parsing: updateExpression, context: &context)
        } else if let attributeUpdates {
            update = UpdateExpression(legacy: attributeUpdates)
        }
        var condition: ConditionExpression?
        if let conditionExpression {
            condition = try ConditionExpression(parsing: conditionExpression, context: &context)
        } else if let expected, !expected.isEmpty {
            condition = ConditionExpression(legacy: expected, conditionalOperator: conditionalOperator)
        }
        try context.checkAllUsed()
        return (update, condition)
    }
}

extension GetItemRequest {
    func projection() throws(WireError) -> ProjectionExpression? {
        var context = ExpressionContext(names: expressionAttributeNames)
        let projection = try parsedProjection(projectionExpression, attributesToGet, &context)
        try context.checkAllUsed()
        return projection
    }
}

extension BatchGetItemRequest.KeysAndAttributes {
    func projection() throws(WireError) -> ProjectionExpression? {
        var context = ExpressionContext(names: expressionAttributeNames)
        let projection = try parsedProjection(projectionExpression, attributesToGet, &context)
        try context.checkAllUsed()
        return projection
    }
}

extension QueryRequest {
    /// The key condition, not yet put on a key, and what becomes of the rows.
    func expressions() throws(WireError) -> (KeyConditionExpression, PageOutput) {
        var context = ExpressionContext(names: expressionAttributeNames, values: expressionAttributeValues)
        var output = PageOutput()
        if let filterExpression {
            output.filter = try ConditionExpression(parsing: filterExpression, kind: .filter, context: &context)
        } else if let queryFilter, !queryFilter.isEmpty {
            output.filter = ConditionExpression(legacy: queryFilter, conditionalOperator: conditionalOperator)
        }
        output.projection = try parsedProjection(projectionExpression, attributesToGet, &context)
        let key =
            if let keyConditionExpression {
                try KeyConditionExpression(parsing: keyConditionExpression, context: &context)
            } else {
                try KeyConditionExpression(legacy: keyConditions ?? [:])
            }
        try context.checkAllUsed()
        return (key, output)
    }
}

extension ScanRequest {
    func expressions() throws(WireError) -> PageOutput {
        var context = ExpressionContext(names: expressionAttributeNames, values: expressionAttributeValues)
        var output = PageOutput()
        if let filterExpression {
            output.filter = try ConditionExpression(parsing: filterExpression, kind: .filter, context: &context)
        } else if let scanFilter, !scanFilter.isEmpty {
            output.filter = ConditionExpression(legacy: scanFilter, conditionalOperator: conditionalOperator)
        }
        output.projection = try parsedProjection(projectionExpression, attributesToGet, &context)
        try context.checkAllUsed()
        return output
    }
}

private struct ConditionParameters {
    let expression: String?
    let names: [String: String]?
    let values: [String: AttributeValue]?
    let expected: [Text: LegacyCondition]?
    let conditionalOperator: ConditionalOperator?

    func condition() throws(WireError) -> ConditionExpression? {
        if let expression {
            return try WireError.enveloping { () throws(WireError) in
                var context = ExpressionContext(names: names, values: values)
                let condition = try ConditionExpression(parsing: expression, context: &context)
                try context.checkAllUsed()
                return condition
            }
        }
        guard let expected, !expected.isEmpty else { return nil }
        return ConditionExpression(legacy: expected, conditionalOperator: conditionalOperator)
    }
}

private func parsedProjection(
    _ expression: String?, _ attributesToGet: [Text]?, _ context: inout ExpressionContext
) throws(WireError) -> ProjectionExpression? {
    if let expression {
        return try ProjectionExpression(parsing: expression, context: &context)
    }
    return attributesToGet.map { ProjectionExpression(attributesToGet: $0) }
}
