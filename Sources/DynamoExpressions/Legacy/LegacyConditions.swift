package import DynamoModel

/// The parameters of conditions that came before expressions (Developer Guide, "Legacy conditional parameters"), as
/// the same trees. Their names are top-level attributes as they stand, dots and all.
extension ConditionExpression {
    /// `Expected`, `QueryFilter` or `ScanFilter`.
    /// - Parameter conditionalOperator: how they combine; AND if nothing is said.
    package init(legacy conditions: [Text: LegacyCondition], conditionalOperator: ConditionalOperator? = nil) {
        let all = conditions.sorted { $0.key < $1.key }.map { $0.value.condition(on: DocumentPath(root: $0.key)) }
        if all.count == 1 {
            self.init(all[0])
        } else {
            self.init(conditionalOperator == .or && !all.isEmpty ? .or(all) : .and(all))
        }
    }
}

extension LegacyCondition {
    fileprivate func condition(on path: DocumentPath) -> Condition {
        let attribute = ConditionOperand.path(path)
        let operands = attributeValueList.map { ConditionOperand.value($0) }
        // The request was refused if the number of values does not fit the operator.
        let first = operands.first ?? .value(.null)
        return switch comparisonOperator {
        case .equal: .comparison(.equal, attribute, first)
        case .notEqual: .comparison(.notEqual, attribute, first)
        case .less: .comparison(.less, attribute, first)
        case .lessOrEqual: .comparison(.lessOrEqual, attribute, first)
        case .greater: .comparison(.greater, attribute, first)
        case .greaterOrEqual: .comparison(.greaterOrEqual, attribute, first)
        case .null: .attributeNotExists(path)
        case .notNull: .attributeExists(path)
        case .contains: .contains(attribute, first)
        // An attribute that is not there contains nothing, and does not satisfy NOT_CONTAINS either.
        case .notContains: .and([.attributeExists(path), .not(.contains(attribute, first))])
        case .beginsWith: .beginsWith(attribute, first)
        case .in: .isIn(attribute, operands)
        case .between: .between(attribute, lower: first, upper: operands.last ?? first)
        }
    }
}

extension KeyConditionExpression {
    /// `KeyConditions`.
    /// - Throws: the service's error for operators that no key can be searched by.
    package init(legacy conditions: [Text: LegacyCondition]) throws(WireError) {
        var found: [(attribute: Text, condition: RangeCondition)] = []
        for (attribute, condition) in conditions.sorted(by: { $0.key < $1.key }) {
            guard let range = condition.rangeCondition else {
                throw .validation("Attempted conditional constraint is not an indexable operation")
            }
            found.append((attribute, range))
        }
        self.init(conditions: found)
    }
}

extension LegacyCondition {
    fileprivate var rangeCondition: RangeCondition? {
        guard let first = attributeValueList.first, let last = attributeValueList.last else { return nil }
        return switch comparisonOperator {
        case .equal: .equal(first)
        case .less: .less(first)
        case .lessOrEqual: .lessOrEqual(first)
        case .greater: .greater(first)
        case .greaterOrEqual: .greaterOrEqual(first)
        case .beginsWith: .beginsWith(first)
        case .between: .between(first, last)
        case .notEqual, .null, .notNull, .contains, .notContains, .in: nil
        }
    }
}
