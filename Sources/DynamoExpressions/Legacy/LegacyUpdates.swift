package import DynamoModel

extension UpdateExpression {
    /// `AttributeUpdates` (Developer Guide, "Legacy conditional parameters").
    package init(legacy updates: [Text: AttributeUpdate]) {
        let actions = updates.sorted { $0.key < $1.key }.map { name, update in
            update.action(on: DocumentPath(root: name))
        }
        self.init(actions: actions, isLegacy: true)
    }
}

extension AttributeUpdate {
    fileprivate func action(on path: DocumentPath) -> UpdateAction {
        // Only DELETE has no value; the request was refused otherwise.
        guard let value else { return .remove(path) }
        return switch action {
        case .put: .set(path, .operand(.value(value)))
        case .add: .add(path, value)
        case .delete: .delete(path, value)
        }
    }
}

extension ProjectionExpression {
    /// `AttributesToGet`: top-level attributes as they stand, dots and all.
    package init(attributesToGet names: [Text]) {
        self.init(paths: names.map { DocumentPath(root: $0) })
    }
}
