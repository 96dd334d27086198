import DynamoModel

/// Translates a statement into the syntax trees of DynamoDB's own expressions, with a placeholder for each name and
/// each value, and binds these: what an operator or a function means is decided in one place.
struct PartiQLBinder {
    private let parameters: [AttributeValue]
    private var names: [String: String] = [:]
    private var values: [String: AttributeValue] = [:]

    init(parameters: [AttributeValue]) {
        self.parameters = parameters
    }

    var context: ExpressionContext { ExpressionContext(names: names, values: values) }

    // MARK: Statements

    mutating func select(_ select: PartiQLSelectSyntax) throws(WireError) -> PartiQLSelect {
        var projection: ProjectionExpression?
        if let paths = select.projection {
            var bound: [DocumentPath] = []
            for path in paths { bound.append(try documentPath(path)) }
            projection = ProjectionExpression(columns: bound)
        }
        return PartiQLSelect(
            source: select.source, projection: projection, condition: try condition(select.condition),
            order: select.order.map { .init(attribute: Text($0.attribute), descending: $0.descending) })
    }

    mutating func insert(_ insert: PartiQLInsertSyntax) throws(WireError) -> PartiQLInsert {
        guard case .map(let item) = try value(insert.value) else {
            throw .validation("Unsupported expression: the VALUE of an INSERT must be a map")
        }
        if item.keys.contains(where: \.isEmpty) { throw .invalidParameter("Attribute name must not be empty") }
        guard item.values.allSatisfy({ $0.nestingDepth < Limits.nestingDepth }) else {
            throw AttributeValue.nestingError
        }
        return PartiQLInsert(target: insert.target, item: item)
    }

    mutating func update(_ update: PartiQLUpdateSyntax) throws(WireError) -> PartiQLUpdate {
        var actions: [UpdateActionSyntax] = []
        for action in update.actions { actions.append(try self.action(action)) }
        let expression = try UpdateExpression(partiQL: actions, context: context)
        return PartiQLUpdate(
            target: update.target, update: expression, condition: try condition(update.condition),
            returning: update.returning)
    }

    mutating func delete(_ delete: PartiQLDeleteSyntax) throws(WireError) -> PartiQLDelete {
        if let returning = delete.returning, returning != .allOld {
            throw .validation("Unsupported expression: a DELETE can return ALL OLD * only")
        }
        return PartiQLDelete(
            target: delete.target, condition: try condition(delete.condition), returning: delete.returning)
    }

    private mutating func condition(_ expression: PartiQLExpression?) throws(WireError) -> Condition? {
        guard let expression else { return nil }
        let node = try conditionNode(expression)
        return try Condition(partiQL: node, context: context)
    }

    // MARK: Paths

    mutating func path(_ path: PartiQLPath) throws(WireError) -> PathSyntax {
        guard path.elements.count <= Parser.pathLimit else {
            throw .validation(
                "The document path has too many nesting elements; nesting levels: \(path.elements.count)")
        }
        var elements: [PathSyntax.Element] = []
        for element in path.elements {
            switch element {
            case .index(let index): elements.append(.index(index))
            case .attribute(let name):
                let placeholder = "#\(names.count)"
                names[placeholder] = name
                elements.append(.placeholder(placeholder))
            }
        }
        return PathSyntax(elements: elements)
    }

    private mutating func documentPath(_ path: PartiQLPath) throws(WireError) -> DocumentPath {
        let syntax = try self.path(path)
        var binder = Binder(context: context)
        return binder.path(syntax)
    }

    // MARK: Values

    /// The placeholder of a constant.
    mutating func placeholder(_ expression: PartiQLExpression) throws(WireError) -> String {
        let placeholder = ":\(values.count)"
        values[placeholder] = try value(expression)
        return placeholder
    }

    mutating func register(_ value: AttributeValue) -> String {
        let placeholder = ":\(values.count)"
        values[placeholder] = value
        return placeholder
    }

    /// What an expression without paths and operators stands for.
    func value(_ expression: PartiQLExpression) throws(WireError) -> AttributeValue {
        switch expression {
        case .string(let text): return .string(Text(text))
        case .number(let text): return .number(try DynamoNumber(text))
        case .bool(let bool): return .bool(bool)
        case .null: return .null
        case .parameter(let position): return parameters[position]
        case .list(let elements): return .list(try values(elements))
        case .bag(let elements): return try set(values(elements))
        case .map(let members):
            var map = Item(minimumCapacity: members.count)
            for member in members {
                guard map.updateValue(try value(member.value), forKey: Text(member.name)) == nil else {
                    throw .validation("Unsupported expression: the map has two members named \(member.name)")
                }
            }
            return .map(map)
        default: throw Self.unsupported(expression)
        }
    }

    private func values(_ elements: [PartiQLExpression]) throws(WireError) -> [AttributeValue] {
        var values: [AttributeValue] = []
        values.reserveCapacity(elements.count)
        for element in elements { values.append(try value(element)) }
        return values
    }

    /// A bag is a set: of strings, numbers or binaries, all different, and not empty.
    private func set(_ elements: [AttributeValue]) throws(WireError) -> AttributeValue {
        var strings = Set<Text>()
        var numbers = Set<DynamoNumber>()
        var binaries = Set<[UInt8]>()
        for element in elements {
            let isNew: Bool
            switch element {
            case .string(let text): isNew = strings.insert(text).inserted
            case .number(let number): isNew = numbers.insert(number).inserted
            case .binary(let bytes): isNew = binaries.insert(bytes).inserted
            default:
                throw .validation("Unsupported expression: a set cannot hold a value of type \(element.type.rawValue)")
            }
            guard isNew else { throw .validation("Input collection contains duplicates") }
        }
        switch (strings.isEmpty, numbers.isEmpty, binaries.isEmpty) {
        case (false, true, true): return .stringSet(strings)
        case (true, false, true): return .numberSet(numbers)
        case (true, true, false): return .binarySet(binaries)
        case (true, true, true): throw .invalidParameter("An string set  may not be empty")
        default: throw .validation("Unsupported expression: the elements of a set must be of one type")
        }
    }

    /// The error of an expression that DynamoDB does not have where it stands.
    static func unsupported(_ expression: PartiQLExpression) -> WireError {
        let what =
            switch expression {
            case .path(let path): "the path \(path.text)"
            case .call(let name, _): "the function \(name)"
            case .missing: "MISSING"
            case .sum, .difference: "arithmetic"
            case .comparison, .between, .isIn, .isNull, .isMissing, .not, .and, .or: "a condition"
            case .string, .number, .bool, .null, .parameter, .list, .bag, .map: "a value"
            }
        return .validation("Unsupported expression: \(what) cannot be used here")
    }
}

extension Condition {
    fileprivate init(partiQL node: ConditionSyntaxNode, context: ExpressionContext) throws(WireError) {
        var binder = Binder(context: context)
        self = binder.condition(node)
        if let reason = binder.errors.reason(.filter) { throw .validation(reason) }
    }
}

extension UpdateExpression {
    fileprivate init(partiQL actions: [UpdateActionSyntax], context: ExpressionContext) throws(WireError) {
        var binder = Binder(context: context)
        var registry = PathRegistry()
        var bound: [UpdateAction] = []
        for action in actions { bound.append(binder.action(action, registry: &registry)) }
        if let reason = binder.errors.reason(.update) { throw .validation(reason) }
        self.init(actions: bound, isLegacy: false)
    }
}
