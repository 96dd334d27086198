import DynamoExpressions
import DynamoModel
import Testing

@Suite struct UpdateErrorTests {
    static let operandType = "Incorrect operand type for operator or function; "

    @Test(arguments: [
        ("SET name = :s", "Attribute name is a reserved keyword; reserved keyword: name"),
        ("REMOVE a.Status", "Attribute name is a reserved keyword; reserved keyword: Status"),
        ("SET #x = :s", "An expression attribute name used in the document path is not defined; attribute name: #x"),
        ("SET a = :x", "An expression attribute value used in expression is not defined; attribute value: :x"),
        ("ADD a :x", "An expression attribute value used in expression is not defined; attribute value: :x"),
        ("SET a = :s SET b = :s", "The \"SET\" section can only be used once in an update expression;"),
        ("REMOVE a set b = :s remove c", "The \"REMOVE\" section can only be used once in an update expression;"),
        ("ADD a :n ADD b :n", "The \"ADD\" section can only be used once in an update expression;"),
        ("DELETE a :ss DELETE b :ss", "The \"DELETE\" section can only be used once in an update expression;"),
        ("SET a = foo(b)", "Invalid function name; function: foo"),
        ("SET a = begins_with(b, :s)", "The function is not allowed in an update expression; function: begins_with"),
        (
            "SET a = list_append(size(b), :l)",
            "The function is not allowed in an update expression; function: size"
        ),
        (
            "SET a = if_not_exists(b)",
            "Incorrect number of operands for operator or function; operator or function: if_not_exists, "
                + "number of operands: 1"
        ),
        (
            "SET a = list_append(b, :l, :l)",
            "Incorrect number of operands for operator or function; operator or function: list_append, "
                + "number of operands: 3"
        ),
        (
            "SET a = if_not_exists(:s, :s)",
            "Operator or function requires a document path; operator or function: if_not_exists"
        ),
        ("SET a = list_append(b, :map)", operandType + "operator or function: list_append, operand type: M"),
        ("SET a = list_append(:ss, b)", operandType + "operator or function: list_append, operand type: SS"),
        ("SET a = b + :s", operandType + "operator or function: +, operand type: S"),
        ("SET a = :null - b", operandType + "operator or function: -, operand type: NULL"),
        ("SET a = list_append(b, :l) + :n", operandType + "operator or function: +, operand type: L"),
        ("SET a = if_not_exists(b, :s) + :n", operandType + "operator or function: +, operand type: S"),
        ("ADD a :s", operandType + "operator: ADD, operand type: STRING"),
        ("ADD a :l", operandType + "operator: ADD, operand type: LIST"),
        ("ADD a :map", operandType + "operator: ADD, operand type: MAP"),
        ("DELETE a :n", operandType + "operator: DELETE, operand type: NUMBER"),
        ("DELETE a :b", operandType + "operator: DELETE, operand type: BINARY"),
        ("SET a = ((b - :n))", "The expression has redundant parentheses;"),
        ("SET a = (((b)) - :n)", "The expression has redundant parentheses;"),
    ])
    func message(text: String, expected: String) {
        let found = errorMessage { () throws(WireError) in try makeUpdate(text) }
        #expect(found == "Invalid UpdateExpression: \(expected)")
    }

    @Test(arguments: [
        ("SET a = :s, a = :t", "overlap", "[a]", "[a]"),
        ("SET a = :s, a.b = :t", "overlap", "[a]", "[a, b]"),
        ("SET a.b = :s REMOVE a", "overlap", "[a, b]", "[a]"),
        ("REMOVE a[0], #a[0].x", "overlap", "[a, [0]]", "[a, [0], x]"),
        ("ADD a :n DELETE a :ss", "overlap", "[a]", "[a]"),
        ("REMOVE a.c SET a[1] = :s", "conflict", "[a, c]", "[a, [1]]"),
    ])
    func pathErrors(text: String, verb: String, one: String, two: String) {
        #expect(
            errorMessage { () throws(WireError) in try makeUpdate(text) }
                == "Invalid UpdateExpression: Two document paths \(verb) with each other; "
                + "must remove or rewrite one of these paths; path one: \(one), path two: \(two)")
    }

    @Test(arguments: [
        ("SET a = foo(name)", "reserved keyword: name"),
        ("SET a = foo(b) SET b = :x", "Invalid function name"),
        ("SET a = :x SET a = :s", "can only be used once"),
        ("SET a = :x, a = :s", "attribute value: :x"),
        ("SET a = if_not_exists(b), a = :s", "overlap"),
        ("SET a = if_not_exists(b), c = b + :s", "Incorrect number of operands"),
    ])
    func order(text: String, expected: String) {
        let found = errorMessage { () throws(WireError) in try makeUpdate(text) }
        #expect(found?.contains(expected) == true, "\(found ?? "")")
    }

    @Test func operatorLimit() throws {
        let nested = { (depth: Int) in
            "SET a = " + String(repeating: "if_not_exists(b,", count: depth) + ":n"
                + String(repeating: ")", count: depth)
        }
        #expect(try makeUpdate(nested(200)).apply(to: [:]).item == ["a": n(1)])
        let sums = (0..<301).map { "a\($0)=a+:n" }.joined(separator: ",")
        #expect(
            errorMessage { () throws(WireError) in try makeUpdate("SET " + sums) }
                == "Invalid UpdateExpression: The expression contains too many operators; operator count: 301")
    }

    @Test(arguments: [
        "SET a = " + String(repeating: "(", count: 4000), "SET a = " + String(repeating: "f(", count: 2000),
        "SET a = " + String(repeating: "(", count: 2000) + ":n" + String(repeating: ")", count: 2000),
    ])
    func deepNesting(text: String) {
        #expect(errorMessage { () throws(WireError) in try makeUpdate(text) } != nil)
    }

    // MARK: What an item makes wrong

    static let item: Item = [
        "num": n(1), "str": s("x"), "arr": list(n(1), n(2)), "doc": map(["k": n(1)]), "strs": ss("a"),
        "huge": .number(hugeNumber),
    ]

    static var hugeNumber: DynamoNumber { (try? DynamoNumber("9.9E125")) ?? DynamoNumber(0) }

    static let invalidPath = "The document path provided in the update expression is invalid for update"
    static let missing = "The provided expression refers to an attribute that does not exist in the item"
    static let wrongType = "An operand in the update expression has an incorrect data type"

    @Test(arguments: [
        ("SET nope.k = :s", invalidPath),
        ("SET doc.nope.k = :s", invalidPath),
        ("SET doc[0] = :s", invalidPath),
        ("SET arr.k = :s", invalidPath),
        ("SET str.k = :s", invalidPath),
        ("SET arr[5].k = :s", invalidPath),
        ("SET nope[0] = :s", invalidPath),
        ("REMOVE nope.k", invalidPath),
        ("REMOVE str[0]", invalidPath),
        ("REMOVE doc[0]", invalidPath),
        ("ADD nope.k :n", invalidPath),
        ("SET a = nope", missing),
        ("SET a = doc.nope", missing),
        ("SET a = nope + :n", missing),
        ("SET a = list_append(nope, :l)", missing),
        ("SET a = arr[2]", missing),
        ("SET a = if_not_exists(nope, gone)", missing),
        ("SET a = str + :n", wrongType),
        ("SET a = :n - arr", wrongType),
        ("SET a = list_append(num, :l)", wrongType),
        ("ADD str :n", wrongType),
        ("ADD num :ss", wrongType),
        ("ADD strs :ns", wrongType),
        ("ADD arr :n", wrongType),
        ("DELETE num :ss", wrongType),
        ("DELETE strs :ns", wrongType),
    ])
    func againstItem(text: String, expected: String) throws {
        let update = try makeUpdate(text)
        #expect(errorMessage { () throws(WireError) in try update.apply(to: Self.item) } == expected)
    }

    @Test func overflow() throws {
        let update = try makeUpdate("SET huge = huge + huge")
        let found = errorMessage { () throws(WireError) in try update.apply(to: Self.item) }
        #expect(found?.contains("Number overflow") == true, "\(found ?? "")")
    }

    /// Where each single value is within the 32 levels, but not together with the path that it is put at.
    @Test func depth() throws {
        var deep = n(1)
        for _ in 0..<30 { deep = list(deep) }
        var context = ExpressionContext(values: [":deep": deep])
        let nested = try UpdateExpression(parsing: "SET doc.k = :deep", context: &context)
        #expect(try nested.apply(to: Self.item).item["doc"] == map(["k": deep]))
        let tooDeep = try UpdateExpression(parsing: "SET doc.l.k = :deep", context: &context)
        #expect(
            errorMessage { () throws(WireError) in
                try tooDeep.apply(to: ["doc": map(["l": map([:])])])
            }?.contains("Nesting Levels have exceeded supported limits") == true)
    }
}
