/// What is wrong with a condition or filter in itself; the table's items do not matter.
enum ConditionErrorCases {
    private static func syntax(_ text: String, token: String, near: String) -> Case {
        .badFilter(text, #"Syntax error; token: "\#(token)", near: "\#(near)""#)
    }

    static let grammar: [Case] = [
        syntax("n", token: "<EOF>", near: "n"), syntax("n =", token: "<EOF>", near: "="),
        syntax("n = :n5 AND", token: "<EOF>", near: "AND"), syntax("= :n5", token: "=", near: "= :n5"),
        syntax("n == :n5", token: "=", near: "== :n5"), syntax("n = = :n5", token: "=", near: "= = :n5"),
        syntax("(n = :n5", token: "<EOF>", near: ":n5"), syntax("n = :n5)", token: ")", near: ":n5)"),
        syntax("n = 5", token: "5", near: "= 5"), syntax("n ! :n5", token: "!", near: "n ! :n5"),
        syntax("n != :n5", token: "!", near: "n !="), syntax("n IN :n5", token: ":n5", near: "IN :n5"),
        syntax("n IN ()", token: ")", near: "()"), syntax("n BETWEEN :n4", token: "<EOF>", near: ":n4"),
        syntax("n BETWEEN :n4 OR :n6", token: "OR", near: ":n4 OR :n6"),
        syntax("AND n = :n5", token: "AND", near: "AND n"), syntax("n = :n5 s = :he", token: "s", near: ":n5 s ="),
        syntax("l[] = :n5", token: "]", near: "[] ="), syntax("l[-1] = :n5", token: "-", near: "[-1"),
        syntax("l[a] = :n5", token: "a", near: "[a]"), syntax("m. = :n5", token: "=", near: ". = :n5"),
        syntax("m..a = :n5", token: ".", near: "..a"), syntax(".a = :n5", token: ".", near: ".a"),
        syntax("_a = :n5", token: "_", near: "_a"), syntax("n = :", token: ":", near: "= :"),
        syntax("# = :n5", token: "#", near: "# ="), syntax("n = 'x'", token: "'", near: "= 'x"),
        syntax("attribute_exists(n", token: "<EOF>", near: "n"), syntax("NOT", token: "<EOF>", near: "NOT"),
        syntax("n + :n5 = :n6", token: "+", near: "n + :n5"), syntax("n = :n5,", token: ",", near: ":n5,"),
    ]

    private static func operandType(_ text: String, _ operation: String, _ type: String) -> Case {
        .badFilter(
            text,
            "Incorrect operand type for operator or function; operator or function: \(operation), operand type: \(type)"
        )
    }

    private static func operandCount(_ text: String, _ function: String, _ count: Int) -> Case {
        .badFilter(
            text,
            "Incorrect number of operands for operator or function; operator or function: \(function), "
                + "number of operands: \(count)")
    }

    private static func sameOperand(_ text: String, _ operation: String, _ path: String) -> Case {
        .badFilter(
            text,
            "The first operand must be distinct from the remaining operands for this operator or function; "
                + "operator: \(operation), first operand: \(path)")
    }

    static let operands: [Case] = [
        operandType("n < :true", "<", "BOOL"), operandType("n <= :null", "<=", "NULL"),
        operandType("n > :list", ">", "L"), operandType("n >= :map", ">=", "M"),
        operandType("ss < :ssa", "<", "SS"), operandType("ns > :ns", ">", "NS"), operandType("bs <= :bs", "<=", "BS"),
        operandType("n BETWEEN :true AND :n5", "BETWEEN", "BOOL"),
        operandType("begins_with(n, :n5)", "begins_with", "N"),
        operandType("begins_with(s, :true)", "begins_with", "BOOL"),
        operandType("begins_with(s, size(l))", "begins_with", "N"),
        operandType("size(:n5) = :n1", "size", "N"), operandType("size(:true) = :n1", "size", "BOOL"),
        operandType("attribute_type(n, :n5)", "attribute_type", "N"),
        operandType("attribute_type(n, s)", "attribute_type", "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}"),
        operandCount("attribute_exists(n, s)", "attribute_exists", 2),
        operandCount("begins_with(s)", "begins_with", 1), operandCount("begins_with(s, :he, :hello)", "begins_with", 3),
        operandCount("contains(s)", "contains", 1), operandCount("size(s, n) = :n5", "size", 2),
        operandCount("attribute_type(n)", "attribute_type", 1),
        operandCount("attribute_not_exists(n, s)", "attribute_not_exists", 2),
        sameOperand("n = n", "=", "[n]"), sameOperand("n < n", "<", "[n]"), sameOperand("m.a = m.a", "=", "[m, a]"),
        sameOperand("l[0] <> l[0]", "<>", "[l, [0]]"), sameOperand("n BETWEEN n AND :n5", "BETWEEN", "[n]"),
        sameOperand("n IN (:n5, n)", "IN", "[n]"), sameOperand("contains(s, s)", "contains", "[s]"),
        sameOperand("begins_with(s, s)", "begins_with", "[s]"),
        .badFilter(
            "attribute_exists(:n5)",
            "Operator or function requires a document path; operator or function: attribute_exists"),
        .badFilter(
            "attribute_not_exists(:n5)",
            "Operator or function requires a document path; operator or function: attribute_not_exists"),
        .badFilter(
            "attribute_type(n, :tX)",
            "Invalid attribute type name found; type: X, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}"),
        .badFilter(
            "n BETWEEN :n6 AND :n4",
            "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; "
                + "lower bound operand: AttributeValue: {N:6}, upper bound operand: AttributeValue: {N:4}"),
        .badFilter(
            "n BETWEEN :n4 AND :he",
            "The BETWEEN operator requires same data type for lower and upper bounds; "
                + "lower bound operand: AttributeValue: {N:4}, upper bound operand: AttributeValue: {S:he}"),
    ]

    static let names: [Case] = [
        .badFilter("size = :n5", "Attribute name is a reserved keyword; reserved keyword: size", .reserved),
        .badFilter("Status = :n5", "Attribute name is a reserved keyword; reserved keyword: Status", .reserved),
        .badFilter("m.name = :n5", "Attribute name is a reserved keyword; reserved keyword: name", .reserved),
        .badFilter("attribute_exists(year)", "Attribute name is a reserved keyword; reserved keyword: year", .reserved),
        .badFilter("foo(n)", "Invalid function name; function: foo"),
        .badFilter("Contains(s, :he)", "Invalid function name; function: Contains"),
        .badFilter("ATTRIBUTE_EXISTS(n)", "Invalid function name; function: ATTRIBUTE_EXISTS"),
        .badFilter(
            "if_not_exists(n, s) = :n5",
            "The function is not allowed in a condition expression; function: if_not_exists"),
        .badFilter(
            "size(n)", "The function is not allowed to be used this way in an expression; function: size"),
        .badFilter(
            "contains(s, :he) = :true",
            "The function is not allowed to be used this way in an expression; function: contains"),
        .badFilter("((n = :n5))", "The expression has redundant parentheses;"),
        .badFilter("((n)) = :n5", "The expression has redundant parentheses;"),
        .badFilter("n = :n5 AND ((s = :he))", "The expression has redundant parentheses;"),
        .badFilter(
            "n = :undefined",
            "An expression attribute value used in expression is not defined; attribute value: :undefined", .values),
        .badFilter(
            "#undefined = :n5",
            "An expression attribute name used in the document path is not defined; attribute name: #undefined", .names),
        .badFilter(
            "l[4294967295] = :n5", "List index is not within the allowable range; index: [4294967295]"),
        .badFilter(
            (0..<33).map { _ in "a" }.joined(separator: ".") + " = :n5",
            "The document path has too many nesting elements; nesting levels: 33", .constraints),
        // Of several things that are wrong one is told, by its kind and not by its place.
        .badFilter(
            "n = :undefined AND size = :n5", "Attribute name is a reserved keyword; reserved keyword: size", .reserved),
        .badFilter("n < :true AND ((s = :he))", "The expression has redundant parentheses;"),
        .badFilter(
            "n < :true AND s = :undefined",
            "An expression attribute value used in expression is not defined; attribute value: :undefined", .values),
    ]

    private static let many = (0..<151).map { _ in "n = :n5" }.joined(separator: " OR ")

    static let limits: [Case] = [
        .badFilter(many, "The expression contains too many operators; operator count: 301", .constraints),
        .badFilter(
            "n IN (" + [String](repeating: ":n5", count: 101).joined(separator: ", ") + ")",
            "The IN operator is provided with too many operands; number of operands: 101", .constraints),
        .filter("n IN (" + [String](repeating: ":n5", count: 100).joined(separator: ", ") + ")", true, .constraints),
        .filter((0..<150).map { _ in "n = :n5" }.joined(separator: " OR "), true, .constraints),
        Case(
            "a filter of 4096 bytes", "Scan",
            #"{"TableName":"zoo","FilterExpression":"n = :n5\#(String(repeating: " ", count: 4089))"\#(Palette.parameters(of: [":n5"]))}"#,
            .has(#"{"Count":1}"#), .constraints),
        Case(
            "a filter of Scan of 4097 bytes", "Scan",
            #"{"TableName":"zoo","FilterExpression":"n = :n5\#(String(repeating: " ", count: 4090))"\#(Palette.parameters(of: [":n5"]))}"#,
            .invalid(
                "Invalid FilterExpression: Expression size has exceeded the maximum allowed size; expression size: 4097"
            ),
            .constraints),
        Case(
            "a projection of 4097 bytes", "GetItem",
            #"{"TableName":"zoo","Key":{"pk":{"S":"all"}},"ProjectionExpression":"n\#(String(repeating: " ", count: 4096))"}"#,
            .invalid("Invalid ProjectionExpression: Expression size has exceeded the maximum allowed size;"),
            .constraints),
        Case(
            "a condition of a write of 4097 bytes", "PutItem",
            #"{"TableName":"zoo","Item":{"pk":{"S":"x"}},"ConditionExpression":"\#(String(repeating: "n", count: 4097))"}"#,
            .enveloped("Invalid ConditionExpression: Expression size has exceeded the maximum allowed size;"),
            .constraints),
        .badFilter("", "The expression can not be empty;"), .badFilter("  ", "The expression can not be empty;"),
    ]
}
