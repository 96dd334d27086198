import DynamoModel

@testable import DynamoExpressions

/// The meaning of conditions once more, straight from the developer guide's sentences and without regard to speed:
/// what the evaluator is compared with.
struct NaiveEvaluator {
    let item: Item

    func holds(_ condition: Condition) -> Bool {
        switch condition {
        case .not(let inner): return holds(inner) == false
        case .and(let all):
            var result = true
            for one in all { result = holds(one) && result }
            return result
        case .or(let all):
            var result = false
            for one in all { result = holds(one) || result }
            return result
        case .comparison(let comparator, let a, let b):
            let order = order(resolve(a), resolve(b))
            switch comparator {
            case .equal: return equal(resolve(a), resolve(b))
            case .notEqual: return !equal(resolve(a), resolve(b))
            case .less: return order == -1
            case .greater: return order == 1
            case .lessOrEqual: return order == -1 || order == 0
            case .greaterOrEqual: return order == 1 || order == 0
            }
        case .between(let a, let lower, let upper):
            return [0, 1].contains(order(resolve(a), resolve(lower)))
                && [0, -1].contains(order(resolve(a), resolve(upper)))
        case .isIn(let a, let values):
            return values.filter { equal(resolve(a), resolve($0)) }.isEmpty == false
        case .attributeExists(let path): return resolve(.path(path)) != nil
        case .attributeNotExists(let path): return resolve(.path(path)) == nil
        case .attributeType(let a, let type): return resolve(a).map { $0.type == type } ?? false
        case .beginsWith(let a, let b):
            guard let (whole, part) = bytes(resolve(a), resolve(b)) else { return false }
            return Array(whole.prefix(part.count)) == part
        case .contains(let a, let b): return contains(resolve(a), resolve(b))
        }
    }

    private func resolve(_ operand: ConditionOperand) -> AttributeValue? {
        switch operand {
        case .value(let value): return value
        case .path(let path):
            var value: AttributeValue? = .map(item)
            for element in path.elements {
                switch (value, element) {
                case (.map(let members)?, .attribute(let name)): value = members[name]
                case (.list(let values)?, .index(let index)) where values.indices.contains(index): value = values[index]
                default: return nil
                }
            }
            return value
        case .size(let inner):
            switch resolve(inner) {
            case .string(let text)?: return n(Array(text.string.utf16).count)
            case .binary(let bytes)?: return n(bytes.count)
            case .list(let values)?: return n(values.count)
            case .map(let members)?: return n(members.count)
            case .stringSet(let set)?: return n(set.count)
            case .numberSet(let set)?: return n(set.count)
            case .binarySet(let set)?: return n(set.count)
            default: return nil
            }
        }
    }

    private func equal(_ a: AttributeValue?, _ b: AttributeValue?) -> Bool {
        guard let a, let b else { return false }
        return a == b
    }

    /// Strings or binaries as bytes, if both are of one of these types.
    private func bytes(_ a: AttributeValue?, _ b: AttributeValue?) -> ([UInt8], [UInt8])? {
        switch (a, b) {
        case (.string(let x)?, .string(let y)?): (Array(x.string.utf8), Array(y.string.utf8))
        case (.binary(let x)?, .binary(let y)?): (x, y)
        default: nil
        }
    }

    private func order(_ a: AttributeValue?, _ b: AttributeValue?) -> Int? {
        if case .number(let x)? = a, case .number(let y)? = b { return x < y ? -1 : (x == y ? 0 : 1) }
        guard let (x, y) = bytes(a, b) else { return nil }
        if x == y { return 0 }
        return x.lexicographicallyPrecedes(y) ? -1 : 1
    }

    private func contains(_ a: AttributeValue?, _ b: AttributeValue?) -> Bool {
        guard let b else { return false }
        if let (whole, part) = bytes(a, b) {
            return (0...max(whole.count, part.count)).contains { Array(whole.dropFirst($0).prefix(part.count)) == part }
        }
        switch (a, b) {
        case (.stringSet(let set)?, .string(let element)): return set.contains(element)
        case (.numberSet(let set)?, .number(let element)): return set.contains(element)
        case (.binarySet(let set)?, .binary(let element)): return set.contains(element)
        case (.list(let values)?, _): return values.contains(b)
        default: return false
        }
    }
}
