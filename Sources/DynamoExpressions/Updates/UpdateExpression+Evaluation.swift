package import DynamoModel

extension UpdateExpression {
    /// Works the update out on an item.
    ///
    /// Every operand and every list index means the item as it was before the update; the order of the actions does
    /// not matter.
    /// - Parameter item: the stored item, or just the key where there is none.
    /// - Throws: the service's validation error if the update does not fit the item.
    package func apply(to item: Item) throws(WireError) -> UpdateResult {
        var assignments: [(path: DocumentPath, value: AttributeValue)] = []
        var removals: [DocumentPath] = []
        for action in actions {
            switch action {
            case .set(let path, let value):
                assignments.append((path, try evaluate(value, in: item)))
            case .add(let path, let value):
                let sum = try path.value(in: item).map { old throws(WireError) in try add(value, to: old) }
                assignments.append((path, sum ?? value))
            case .delete(let path, let value):
                guard let old = path.value(in: item) else { continue }
                if let rest = try subtract(value, from: old) {
                    assignments.append((path, rest))
                } else {
                    removals.append(path)
                }
            case .remove(let path):
                if try path.exists(in: item) { removals.append(path) }
            }
        }
        var assigned = item
        // Elements beyond the end of a list are appended in the order of their indexes.
        for (path, value) in assignments.sorted(by: { $0.path.lastIndex < $1.path.lastIndex }) {
            try assigned.assign(value, at: path)
        }
        var result = assigned
        // From the back, so that no removal moves what another one means.
        for path in removals.sorted(by: { $1.precedes($0) }) { result.remove(path) }
        return UpdateResult(
            item: result, original: item, assigned: assigned, touched: paths, written: assignments.map(\.path))
    }

    // MARK: Operands

    private func evaluate(_ value: UpdateValue, in item: Item) throws(WireError) -> AttributeValue {
        switch value {
        case .operand(let operand): return try evaluate(operand, in: item)
        case .sum(let a, let b):
            let (left, right) = try numbers(a, b, in: item)
            return .number(try left.adding(right))
        case .difference(let a, let b):
            let (left, right) = try numbers(a, b, in: item)
            return .number(try left.subtracting(right))
        }
    }

    private func numbers(
        _ a: UpdateOperand, _ b: UpdateOperand, in item: Item
    ) throws(WireError) -> (DynamoNumber, DynamoNumber) {
        let (left, right) = (try evaluate(a, in: item), try evaluate(b, in: item))
        guard case .number(let x) = left, case .number(let y) = right else { throw operandTypeError }
        return (x, y)
    }

    private func evaluate(_ operand: UpdateOperand, in item: Item) throws(WireError) -> AttributeValue {
        switch operand {
        case .value(let value): return value
        case .path(let path):
            guard let value = path.value(in: item) else {
                throw .validation("The provided expression refers to an attribute that does not exist in the item")
            }
            return value
        case .ifNotExists(let path, let fallback):
            if let value = path.value(in: item) { return value }
            return try evaluate(fallback, in: item)
        case .listAppend(let a, let b):
            let (left, right) = (try evaluate(a, in: item), try evaluate(b, in: item))
            guard case .list(let x) = left, case .list(let y) = right else { throw operandTypeError }
            return .list(x + y)
        }
    }

    // MARK: ADD and DELETE

    private func add(_ value: AttributeValue, to old: AttributeValue) throws(WireError) -> AttributeValue {
        switch (old, value) {
        case (.number(let a), .number(let b)): return .number(try a.adding(b))
        case (.stringSet(let a), .stringSet(let b)): return .stringSet(a.union(b))
        case (.numberSet(let a), .numberSet(let b)): return .numberSet(a.union(b))
        case (.binarySet(let a), .binarySet(let b)): return .binarySet(a.union(b))
        case (.list(let a), .list(let b)) where isLegacy: return .list(a + b)
        default: throw operandTypeError
        }
    }

    /// - Returns: what is left of the set, or nil if nothing is: there are no empty sets.
    private func subtract(_ value: AttributeValue, from old: AttributeValue) throws(WireError) -> AttributeValue? {
        switch (old, value) {
        case (.stringSet(let a), .stringSet(let b)):
            let rest = a.subtracting(b)
            return rest.isEmpty ? nil : .stringSet(rest)
        case (.numberSet(let a), .numberSet(let b)):
            let rest = a.subtracting(b)
            return rest.isEmpty ? nil : .numberSet(rest)
        case (.binarySet(let a), .binarySet(let b)):
            let rest = a.subtracting(b)
            return rest.isEmpty ? nil : .binarySet(rest)
        default: throw operandTypeError
        }
    }

    private var operandTypeError: WireError {
        .validation(
            isLegacy
                ? "Type mismatch for attribute to update"
                : "An operand in the update expression has an incorrect data type")
    }
}
