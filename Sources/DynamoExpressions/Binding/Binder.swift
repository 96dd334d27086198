import DynamoModel

/// Gives a syntax tree its names and values, in the order of the text, and collects what is wrong with it.
///
/// A placeholder that is not defined leaves a stand-in, so that the rest can be looked at; the error is in ``errors``,
/// and nothing that was bound is used when there is one.
struct Binder {
    var context: ExpressionContext
    var errors = BindingErrors()

    mutating func path(_ syntax: PathSyntax) -> DocumentPath {
        var elements: [DocumentPath.Element] = []
        elements.reserveCapacity(syntax.elements.count)
        for element in syntax.elements {
            switch element {
            case .identifier(let name):
                if ReservedWords.contains(name) {
                    errors.add(.reservedWord, "Attribute name is a reserved keyword; reserved keyword: \(name)")
                }
                elements.append(.attribute(Text(name)))
            case .placeholder(let placeholder):
                elements.append(.attribute(Text(name(placeholder))))
            case .index(let index):
                elements.append(.index(index))
            }
        }
        guard case .attribute(let root)? = elements.first else { return DocumentPath(root: "") }
        return DocumentPath(root: root, Array(elements.dropFirst()))
    }

    private mutating func name(_ placeholder: String) -> String {
        if let name = context.name(placeholder) { return name }
        errors.add(
            .undefinedPlaceholder,
            "An expression attribute name used in the document path is not defined; attribute name: \(placeholder)")
        return placeholder
    }

    /// The value, or nil if it is not defined.
    mutating func value(_ placeholder: String) -> AttributeValue? {
        if let value = context.value(placeholder) { return value }
        errors.add(
            .undefinedPlaceholder,
            "An expression attribute value used in expression is not defined; attribute value: \(placeholder)")
        return nil
    }

    mutating func addOperandCountError(_ function: FunctionSyntax) {
        errors.add(
            .operandCount,
            "Incorrect number of operands for operator or function; operator or function: \(function.name), "
                + "number of operands: \(function.arguments.count)")
    }

    /// - Parameter type: the type's descriptor, or several in braces.
    mutating func addOperandTypeError(_ function: String, type: String) {
        errors.add(
            .operandType,
            "Incorrect operand type for operator or function; operator or function: \(function), "
                + "operand type: \(type)")
    }

    mutating func addPathRequiredError(_ function: String) {
        errors.add(
            .operandType, "Operator or function requires a document path; operator or function: \(function)")
    }
}
