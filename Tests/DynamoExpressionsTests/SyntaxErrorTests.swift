import DynamoExpressions
import DynamoModel
import Testing

/// The wordings were measured on the service; most are in reports that quote its answers.
@Suite struct SyntaxErrorTests {
    @Test(arguments: [
        ("a-b", "-", "a-b"),
        ("a = b c", "c", "b c"),
        ("a AND b", "AND", "a AND b"),
        ("a", "<EOF>", "a"),
        ("a = ", "<EOF>", "= "),
        ("(a = :s", "<EOF>", ":s"),
        ("a = :s)", ")", ":s)"),
        ("a = :s AND", "<EOF>", "AND"),
        ("a  =  = :s", "=", "=  = :s"),
        ("_version = :s", "_", "_version"),
        ("__typename <> :s", "_", "__"),
        ("a = :s AND _x = :s", "_", "AND _x"),
        ("a = 5", "5", "= 5"),
        ("a = \"x\"", "\"", "= \"x"),
        ("a IN ()", ")", "()"),
        ("size()", ")", "()"),
        ("a BETWEEN :n", "<EOF>", ":n"),
        ("a BETWEEN :n OR :m", "OR", ":n OR :m"),
        ("a[x] = :s", "x", "[x]"),
        ("a[03] = :s", "3", "03]"),
        ("a[-1] = :s", "-", "[-1"),
        ("a. = :s", "=", ". = :s"),
        ("(a) AND b = :s", "AND", ") AND b"),
        ("(a = :s) = :t", "=", ") = :t"),
        ("NOT a", "<EOF>", "a"),
        ("not", "<EOF>", "not"),
        ("é = :s", "é", "é ="),
        ("tenantAgent:abc123-x", ":abc123", "tenantAgent:abc123-"),
        ("a == :s", "=", "== :s"),
    ])
    func condition(text: String, token: String, near: String) {
        #expect(
            errorMessage { () throws(WireError) in try makeCondition(text) }
                == "Invalid ConditionExpression: Syntax error; token: \"\(token)\", near: \"\(near)\"")
    }

    @Test(arguments: [
        ("INVALID SYNTAX HERE", "INVALID", "INVALID SYNTAX"),
        ("SET  REMOVE a", "REMOVE", "SET  REMOVE a"),
        ("ADD hits : incr", ":", "hits : incr"),
        ("set _something = :s", "_", "set _something"),
        ("SET a = :s,", "<EOF>", ","),
        ("SET a", "<EOF>", "a"),
        ("SET a :s", ":s", "a :s"),
        ("SET a = :n + :n + :n", "+", ":n + :n"),
        ("SET a = b + (c - :n)", "-", "c - :n"),
        ("ADD a b", "b", "a b"),
        ("DELETE a", "<EOF>", "a"),
        ("REMOVE a = :s", "=", "a = :s"),
        ("SET a = :s b = :t", "b", ":s b ="),
        ("SET", "<EOF>", "SET"),
    ])
    func update(text: String, token: String, near: String) {
        #expect(
            errorMessage { () throws(WireError) in try makeUpdate(text) }
                == "Invalid UpdateExpression: Syntax error; token: \"\(token)\", near: \"\(near)\"")
    }

    @Test(arguments: [
        ("!!!", "!", "!!"),
        ("dummy-id", "-", "dummy-id"),
        ("#AMZN_MAPPED_2021-03-03", "-", "#AMZN_MAPPED_2021-0"),
        ("#a, b,", "<EOF>", ","),
        ("size(a)", "(", "size(a"),
        ("a b", "b", "a b"),
        ("#", "#", "#"),
    ])
    func projection(text: String, token: String, near: String) {
        #expect(
            errorMessage { () throws(WireError) in try makeProjection(text) }
                == "Invalid ProjectionExpression: Syntax error; token: \"\(token)\", near: \"\(near)\"")
    }

    @Test(arguments: ExpressionKind.allCases, ["", "  \n\t"])
    func empty(kind: ExpressionKind, text: String) {
        #expect(parse(text, kind) == "Invalid \(kind.rawValue): The expression can not be empty;")
    }

    @Test(arguments: ExpressionKind.allCases)
    func size(kind: ExpressionKind) {
        let name = String(repeating: "a", count: 4097)
        #expect(
            parse(name, kind)
                == "Invalid \(kind.rawValue): Expression size has exceeded the maximum allowed size; "
                + "expression size: 4097")
    }

    @Test func sizeIsOfBytes() throws {
        let name = String(repeating: "a", count: 4096)
        #expect(try makeProjection(name).paths == [DocumentPath(root: Text(name))])
        #expect(parse(String(repeating: "é", count: 2049), .projection)?.contains("maximum allowed size") == true)
    }

    private func parse(_ text: String, _ kind: ExpressionKind) -> String? {
        errorMessage { () throws(WireError) in
            switch kind {
            case .projection: _ = try ProjectionSyntax(parsing: text)
            case .update: _ = try UpdateSyntax(parsing: text)
            case .condition, .filter, .keyCondition: _ = try ConditionSyntax(parsing: text, kind: kind)
            }
        }
    }

    @Test func listIndexes() throws {
        #expect(try makeProjection("a[4294967294]").paths[0].elements.last == .index(4_294_967_294))
        for index in ["4294967295", "99999999999999", "99999999999999999999999999"] {
            #expect(
                errorMessage { () throws(WireError) in try makeProjection("a[\(index)]") }
                    == "Invalid ProjectionExpression: List index is not within the allowable range; index: [\(index)]")
        }
    }

    @Test func pathDepth() throws {
        let path = (1...32).map { "a\($0)" }.joined(separator: ".")
        #expect(try makeProjection(path).paths[0].elements.count == 32)
        #expect(
            errorMessage { () throws(WireError) in try makeProjection(path + "[0]") }
                == "Invalid ProjectionExpression: The document path has too many nesting elements; nesting levels: 33")
    }

    @Test func whitespaceBetweenTokens() throws {
        #expect(try makeCondition("a . b [ 0 ]\n=\t:s") == makeCondition("a.b[0]=:s"))
        #expect(try makeCondition("attribute_exists ( a )") == makeCondition("attribute_exists(a)"))
    }
}
