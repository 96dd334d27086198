/// What is wrong with an update: in itself, which comes within the envelope, and against the item, which does not.
enum UpdateErrorCases {
    private static func bad(_ text: String, _ reason: String, _ page: Page = .updates) -> Case {
        .expression(text, .enveloped("Invalid UpdateExpression: " + reason), leaves: "", page)
    }

    private static func syntax(_ text: String, token: String, near: String) -> Case {
        bad(text, #"Syntax error; token: "\#(token)", near: "\#(near)""#)
    }

    static let grammar: [Case] = [
        bad("", "The expression can not be empty;"), syntax("SET", token: "<EOF>", near: "SET"),
        syntax("n = :n1", token: "n", near: "n ="), syntax("SET n", token: "<EOF>", near: "n"),
        syntax("SET n =", token: "<EOF>", near: "="), syntax("SET n = :n1,", token: "<EOF>", near: ","),
        syntax("SET n == :n1", token: "=", near: "== :n1"), syntax("SET n = :n1 +", token: "<EOF>", near: "+"),
        syntax("SET n = :n1 :n2", token: ":n2", near: ":n1 :n2"), syntax("SET n = 1", token: "1", near: "= 1"),
        syntax("SET n = n + :n1 + :n2", token: "+", near: ":n1 + :n2"),
        syntax("SET n = n * :n2", token: "*", near: "n * :n2"),
        syntax("REMOVE", token: "<EOF>", near: "REMOVE"), syntax("REMOVE n = :n1", token: "=", near: "n = :n1"),
        syntax("ADD n", token: "<EOF>", near: "n"), syntax("ADD n = :n1", token: "=", near: "n = :n1"),
        syntax("ADD n s", token: "s", near: "n s"), syntax("DELETE ss", token: "<EOF>", near: "ss"),
        syntax("SET (n) = :n1", token: "(", near: "SET (n"), syntax("SET l[-1] = :n1", token: "-", near: "[-1"),
        syntax("SET n = :n1 AND s = :hello", token: "AND", near: ":n1 AND s"),
        bad("SET n = :n1 SET s = :hello", #"The "SET" section can only be used once in an update expression;"#),
        bad("REMOVE n ADD x :n1 REMOVE s", #"The "REMOVE" section can only be used once in an update expression;"#),
        bad("SET n = ((n + :n1))", "The expression has redundant parentheses;"),
        bad("SET name = :n1", "Attribute name is a reserved keyword; reserved keyword: name", .reserved),
        bad("SET n = value", "Attribute name is a reserved keyword; reserved keyword: value", .reserved),
        bad("REMOVE m.data", "Attribute name is a reserved keyword; reserved keyword: data", .reserved),
        bad(
            "SET n = :undefined",
            "An expression attribute value used in expression is not defined; attribute value: :undefined", .values),
        bad(
            "SET #undefined = :n1",
            "An expression attribute name used in the document path is not defined; attribute name: #undefined", .names),
    ]

    private static func paths(_ text: String, _ verb: String, _ one: String, _ two: String) -> Case {
        bad(
            text,
            "Two document paths \(verb) with each other; must remove or rewrite one of these paths; "
                + "path one: \(one), path two: \(two)")
    }

    private static func operandType(_ text: String, _ operation: String, _ type: String) -> Case {
        let word = operation == "ADD" || operation == "DELETE" ? "operator" : "operator or function"
        return bad(
            text, "Incorrect operand type for operator or function; \(word): \(operation), operand type: \(type)")
    }

    static let meaning: [Case] = [
        paths("SET n = :n1, n = :n2", "overlap", "[n]", "[n]"), paths("SET n = :n1 REMOVE n", "overlap", "[n]", "[n]"),
        paths("SET m = :map, m.a = :n1", "overlap", "[m]", "[m, a]"),
        paths("REMOVE m.a, m", "overlap", "[m, a]", "[m]"),
        paths("SET l[0] = :n1, l[0] = :n2", "overlap", "[l, [0]]", "[l, [0]]"),
        paths("SET m.a = :n1, m[0] = :n2", "conflict", "[m, a]", "[m, [0]]"),
        paths("SET #n = :n1, n = :n2", "overlap", "[n]", "[n]"),
        paths("ADD n :n1 SET n = :n2", "overlap", "[n]", "[n]"),
        operandType("ADD n :hello", "ADD", "STRING"), operandType("ADD n :true", "ADD", "BOOLEAN"),
        operandType("ADD n :list", "ADD", "LIST"), operandType("ADD n :map", "ADD", "MAP"),
        operandType("ADD n :null", "ADD", "NULL"), operandType("ADD n :b1", "ADD", "BINARY"),
        operandType("DELETE ss :n1", "DELETE", "NUMBER"), operandType("DELETE ss :hello", "DELETE", "STRING"),
        operandType("DELETE ss :list", "DELETE", "LIST"),
        operandType("SET n = n + :hello", "+", "S"), operandType("SET n = :true - :n1", "-", "BOOL"),
        operandType("SET n = n + :ns", "+", "NS"), operandType("SET l = list_append(l, :n1)", "list_append", "N"),
        operandType("SET l = list_append(:hello, l)", "list_append", "S"),
        operandType("SET n = list_append(l, :short) + :n1", "+", "L"),
        bad("SET n = foo(n)", "Invalid function name; function: foo"),
        bad("SET n = size(s)", "The function is not allowed in an update expression; function: size"),
        bad("SET n = contains(s, :a)", "The function is not allowed in an update expression; function: contains"),
        bad(
            "SET n = if_not_exists(n)",
            "Incorrect number of operands for operator or function; operator or function: if_not_exists, "
                + "number of operands: 1"),
        bad(
            "SET n = list_append(l)",
            "Incorrect number of operands for operator or function; operator or function: list_append, "
                + "number of operands: 1"),
        bad(
            "SET n = if_not_exists(:n1, :n2)",
            "Operator or function requires a document path; operator or function: if_not_exists"),
    ]

    private static let types = Expectation.invalid("An operand in the update expression has an incorrect data type")
    private static let path = Expectation.invalid(
        "The document path provided in the update expression is invalid for update")
    private static let absent = Expectation.invalid(
        "The provided expression refers to an attribute that does not exist in the item")
    private static let overflow = Expectation.invalid(
        "Number overflow. Attempting to store a number with magnitude larger than supported range")
    private static let base =
        #"{"n":{"N":"5"},"s":{"S":"a"},"l":{"L":[{"N":"1"}]},"m":{"M":{"a":{"S":"x"}}},"ss":{"SS":["a"]},"big":{"N":"9E125"}}"#

    private static func against(_ text: String, _ expected: Expectation) -> Case {
        .expression(
            text, given: base, expected, leaves: base.replacing("9E125", with: "9" + String(repeating: "0", count: 125))
        )
    }

    /// An update of nothing: whatever it says, it is worked out as on an empty item.
    static let absentItem: [Case] = [
        .expression("REMOVE m.a", path, leaves: ""), .expression("REMOVE l[0]", path, leaves: ""),
        .expression("SET m.a = :n1", path, leaves: ""), .expression("SET n = n + :n1", absent, leaves: ""),
        .expression("REMOVE n", leaves: ""), .expression("DELETE ss :ssa", leaves: ""),
    ]

    static let item: [Case] = [
        against("SET s = s + :n1", types), against("SET n = n + s", types),
        against("SET n = list_append(n, :short)", types),
        against("ADD s :n1", types), against("ADD n :ssa", types), against("ADD ss :ns", types),
        against("ADD l :n1", types), against("DELETE n :ssa", types), against("DELETE ss :ns", types),
        against("SET x = absent", absent), against("SET n = n + absent", absent), against("SET x = m.zz", absent),
        against("SET x = l[5]", absent), against("SET x = list_append(absent, :short)", absent),
        against("SET x = n.a", absent), against("SET absent.a = :n1", path), against("SET n.a = :n1", path),
        against("SET m.zz.a = :n1", path), against("SET m[0] = :n1", path), against("SET l.a = :n1", path),
        against("SET absent[0] = :n1", path), against("SET l[7].a = :n1", path), against("SET s[0] = :n1", path),
        against("REMOVE n.a", path), against("REMOVE absent.a", path), against("REMOVE m[0]", path),
        against("SET n = big + :max", overflow), against("ADD big :max", overflow),
        against("SET n = big + :n1", overflow), against("ADD n :tiny", overflow),
        against("SET pk = :hello", .badValue("Cannot update attribute pk. This attribute is part of the key")),
        against("REMOVE pk", .badValue("Cannot update attribute pk. This attribute is part of the key")),
        against("ADD pk :n1", .badValue("Cannot update attribute pk. This attribute is part of the key")),
        against("SET pk.a = :hello", .badValue("Cannot update attribute pk. This attribute is part of the key")),
        against("SET #pk = :hello", .badValue("Cannot update attribute pk. This attribute is part of the key")),
    ]
}
