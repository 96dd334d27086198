import DynamoExpressions
import DynamoModel
import Testing

@Suite struct ConditionErrorTests {
    static let sameOperands =
        "The first operand must be distinct from the remaining operands for this operator or function; "
    static let operandType = "Incorrect operand type for operator or function; operator or function: "
    static let operandCount = "Incorrect number of operands for operator or function; operator or function: "

    @Test(arguments: [
        ("name = :s", "Attribute name is a reserved keyword; reserved keyword: name"),
        ("a.Path = :s", "Attribute name is a reserved keyword; reserved keyword: Path"),
        (
            "#x = :s",
            "An expression attribute name used in the document path is not defined; attribute name: #x"
        ),
        ("a = :x", "An expression attribute value used in expression is not defined; attribute value: :x"),
        ("((a = :s))", "The expression has redundant parentheses;"),
        ("((a)) = :s", "The expression has redundant parentheses;"),
        ("a = ((:s))", "The expression has redundant parentheses;"),
        ("b = :s AND ((a = :s AND c = :s))", "The expression has redundant parentheses;"),
        ("size((((a)))) > :n", "The expression has redundant parentheses;"),
        ("NOT ((attribute_exists(a)))", "The expression has redundant parentheses;"),
        ("foo(a)", "Invalid function name; function: foo"),
        ("Size(a) > :n", "Invalid function name; function: Size"),
        ("a = foo(b)", "Invalid function name; function: foo"),
        ("if_not_exists(a, :s)", "The function is not allowed in a condition expression; function: if_not_exists"),
        ("a = list_append(b, :l)", "The function is not allowed in a condition expression; function: list_append"),
        ("size(a)", "The function is not allowed to be used this way in an expression; function: size"),
        (
            "attribute_exists(a) = :bool",
            "The function is not allowed to be used this way in an expression; function: attribute_exists"
        ),
        (
            "contains(a, begins_with(b, :s))",
            "The function is not allowed to be used this way in an expression; function: begins_with"
        ),
        ("begins_with(a)", operandCount + "begins_with, number of operands: 1"),
        ("attribute_exists(a, b)", operandCount + "attribute_exists, number of operands: 2"),
        ("size(a, b) > :n", operandCount + "size, number of operands: 2"),
        ("begins_with(a, :n)", operandType + "begins_with, operand type: N"),
        ("begins_with(:l, :s)", operandType + "begins_with, operand type: L"),
        ("begins_with(a, size(b))", operandType + "begins_with, operand type: N"),
        ("size(:n) > :m", operandType + "size, operand type: N"),
        ("size(size(a)) > :m", operandType + "size, operand type: N"),
        ("size(:null) > :m", operandType + "size, operand type: NULL"),
        ("a < :bool", operandType + "<, operand type: BOOL"),
        (":ss >= a", operandType + ">=, operand type: SS"),
        ("NOT a > :null", operandType + ">, operand type: NULL"),
        ("a BETWEEN :l AND :m", operandType + "BETWEEN, operand type: L"),
        ("attribute_type(a, b)", operandType + "attribute_type, operand type: {NS,SS,L,BS,N,M,B,BOOL,NULL,S}"),
        ("attribute_type(a, :n)", operandType + "attribute_type, operand type: N"),
        (
            "attribute_type(a, :badtype)",
            "Invalid attribute type name found; type: X, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}"
        ),
        (
            "attribute_exists(:s)",
            "Operator or function requires a document path; operator or function: attribute_exists"
        ),
        (
            "attribute_not_exists(size(a))",
            "Operator or function requires a document path; operator or function: attribute_not_exists"
        ),
        ("a = a", sameOperands + "operator: =, first operand: [a]"),
        ("a.b[1] < a.#b[1]", sameOperands + "operator: <, first operand: [a, b, [1]]"),
        ("contains(a, a)", sameOperands + "operator: contains, first operand: [a]"),
        ("a BETWEEN b AND a", sameOperands + "operator: BETWEEN, first operand: [a]"),
        ("a IN (:s, a)", sameOperands + "operator: IN, first operand: [a]"),
        (
            "a BETWEEN :m AND :n",
            "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; "
                + "lower bound operand: AttributeValue: {N:5}, upper bound operand: AttributeValue: {N:1}"
        ),
        (
            "a BETWEEN :n AND :s",
            "The BETWEEN operator requires same data type for lower and upper bounds; "
                + "lower bound operand: AttributeValue: {N:1}, upper bound operand: AttributeValue: {S:s}"
        ),
    ])
    func message(text: String, expected: String) {
        for kind in [ExpressionKind.condition, .filter, .keyCondition] {
            let found = errorMessage { () throws(WireError) in try makeCondition(text, kind: kind) }
            #expect(found == "Invalid \(kind.rawValue): \(expected)")
        }
    }

    /// Of several faults the service reports one by category: parentheses, functions, names, operands.
    @Test(arguments: [
        ("name = :x AND ((foo(a)))", "redundant parentheses"),
        ("name = :x AND size(a) AND foo(a)", "Invalid function name"),
        ("name = :x AND size(a)", "not allowed to be used this way"),
        ("a = :x AND name = :s", "reserved keyword: name"),
        ("begins_with(a) AND a = :x", "not defined; attribute value: :x"),
        ("a = a AND begins_with(a)", "Incorrect number of operands"),
        ("begins_with(a, :n) AND b = b", "must be distinct"),
        ("#x = :x", "attribute name: #x"),
        (":x = #x", "attribute value: :x"),
        ("name = :s AND path = :s", "reserved keyword: name"),
    ])
    func order(text: String, expected: String) {
        let found = errorMessage { () throws(WireError) in try makeCondition(text) }
        #expect(found?.contains(expected) == true, "\(found ?? "")")
    }

    @Test func singleParenthesesAreFine() throws {
        #expect(try makeCondition("(a = :s)") == makeCondition("a = :s"))
        #expect(try makeCondition("(a) = (:s)") == makeCondition("a = :s"))
        #expect(try makeCondition("(size(a)) > (:n)") == makeCondition("size(a) > :n"))
        #expect(try makeCondition("(attribute_exists(a))") == makeCondition("attribute_exists(a)"))
        #expect(try makeCondition("(a = :s) AND (b = :s)") == makeCondition("a = :s AND b = :s"))
        #expect(try makeCondition("(a = :s AND (b = :s))") == makeCondition("a = :s AND b = :s"))
    }

    @Test func operatorLimit() throws {
        // A comparison each, and an AND between each two.
        let clause = "a=:s"
        let allowed = Array(repeating: clause, count: 150).joined(separator: " AND ")
        #expect(try makeCondition(allowed).matches(["a": s("s")]))
        let many = Array(repeating: clause, count: 151).joined(separator: " AND ")
        #expect(
            errorMessage { () throws(WireError) in try makeCondition(many, kind: .filter) }
                == "Invalid FilterExpression: The expression contains too many operators; operator count: 301")
    }

    @Test func candidateLimit() throws {
        let hundred = Array(repeating: ":s", count: 100).joined(separator: ",")
        #expect(try makeCondition("a IN (\(hundred))").matches(["a": s("s")]))
        #expect(
            errorMessage { () throws(WireError) in try makeCondition("a IN (\(hundred),:s)") }
                == "Invalid ConditionExpression: The IN operator is provided with too many operands; "
                + "number of operands: 101")
    }

    /// Text that nests as deep as 4 KB allow must neither pass nor exhaust the stack.
    @Test(arguments: [
        String(repeating: "(", count: 4096),
        String(repeating: "(", count: 2000) + "a=:s" + String(repeating: ")", count: 2000),
        String(repeating: "NOT ", count: 1000) + "a=:s",
        String(repeating: "f(", count: 2000),
        String(repeating: "size(", count: 600) + "a" + String(repeating: ")", count: 600),
        "a IN (" + String(repeating: "(", count: 2000),
        String(repeating: "NOT(", count: 700) + "a=:s" + String(repeating: ")", count: 700),
    ])
    func deepNesting(text: String) {
        #expect(errorMessage { () throws(WireError) in try makeCondition(text) } != nil)
    }
}

@Suite struct ContextTests {
    @Test func unusedPlaceholders() throws {
        var context = ExpressionContext(
            names: ["#a": "a", "#z": "z", "#y": "y"], values: [":v": s("v"), ":w": s("w")])
        #expect(
            errorMessage { () throws(WireError) in try context.checkAllUsed() }
                == "Value provided in ExpressionAttributeNames unused in expressions: keys: {#a, #y, #z}")
        _ = try ConditionExpression(parsing: "#a = :v AND #z = :v", context: &context)
        _ = try ProjectionExpression(parsing: "#y", context: &context)
        #expect(
            errorMessage { () throws(WireError) in try context.checkAllUsed() }
                == "Value provided in ExpressionAttributeValues unused in expressions: keys: {:w}")
        _ = try UpdateExpression(parsing: "SET q = :w", context: &context)
        try context.checkAllUsed()
    }

    @Test func nothingToUse() throws {
        try ExpressionContext().checkAllUsed()
        #expect(
            errorMessage { () throws(WireError) in
                var context = ExpressionContext()
                return try ConditionExpression(parsing: "#a = :v", context: &context)
            }?.hasSuffix("attribute name: #a") == true)
    }

    /// A placeholder stands for one name, whatever is in it.
    @Test func placeholderIsOneName() throws {
        let item: Item = ["a.b": s("dotted"), "a": map(["b": s("nested")])]
        #expect(try makeProjection("#dot").project(item) == ["a.b": s("dotted")])
        #expect(try makeProjection("#a.#b").project(item) == ["a": map(["b": s("nested")])])
    }

    @Test func bindsAgain() throws {
        let syntax = try ConditionSyntax(parsing: "#k = :v")
        for value in [n(1), s("x")] {
            var context = ExpressionContext(names: ["#k": "name"], values: [":v": value])
            let bound = try ConditionExpression(binding: syntax, context: &context)
            #expect(bound.matches(["name": value]))
            #expect(!bound.matches(["name": .null]))
        }
    }

    @Test func reservedWords() throws {
        for word in ["abort", "ZONE", "Status", "tTl", "specifictype", "LOCALTIMESTAMP", "user"] {
            #expect(
                errorMessage { () throws(WireError) in try makeProjection(word) }
                    == "Invalid ProjectionExpression: Attribute name is a reserved keyword; reserved keyword: \(word)")
        }
        for word in ["pk", "sk", "abortion", "id", "email", "version"] {
            #expect(try makeProjection(word).paths == [DocumentPath(root: Text(word))])
        }
    }
}
