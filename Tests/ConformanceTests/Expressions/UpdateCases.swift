/// What updates make of an item.
enum UpdateCases {
    private static let base =
        #"{"n":{"N":"5"},"s":{"S":"a"},"l":{"L":[{"N":"1"},{"N":"2"},{"N":"3"}]},"m":{"M":{"a":{"S":"x"},"n":{"N":"1"}}},"ss":{"SS":["a","b"]},"ns":{"NS":["1","2.5"]}}"#

    /// Of `base`, what the update leaves of one attribute; the others as they are.
    private static func changes(_ text: String, _ name: String, _ value: String?) -> Case {
        let members: [(String, String)] = [
            ("n", #"{"N":"5"}"#), ("s", #"{"S":"a"}"#), ("l", #"{"L":[{"N":"1"},{"N":"2"},{"N":"3"}]}"#),
            ("m", #"{"M":{"a":{"S":"x"},"n":{"N":"1"}}}"#), ("ss", #"{"SS":["a","b"]}"#),
            ("ns", #"{"NS":["1","2.5"]}"#),
        ]
        var left = members.filter { $0.0 != name }
        if let value { left.append((name, value)) }
        return .expression(
            text, given: base, leaves: "{" + left.map { #""\#($0.0)":\#($0.1)"# }.joined(separator: ",") + "}")
    }

    static let set: [Case] = [
        changes("SET n = :n1", "n", #"{"N":"1"}"#), changes("SET n = :hello", "n", #"{"S":"hello"}"#),
        changes("SET x = :n1", "x", #"{"N":"1"}"#), changes("SET x = n", "x", #"{"N":"5"}"#),
        changes("SET x = m.a", "x", #"{"S":"x"}"#), changes("SET x = l[1]", "x", #"{"N":"2"}"#),
        changes("SET n = n + :n1", "n", #"{"N":"6"}"#), changes("SET n = n - :n6", "n", #"{"N":"-1"}"#),
        changes("SET n = :n1 + n", "n", #"{"N":"6"}"#), changes("SET n = :n7 - n", "n", #"{"N":"2"}"#),
        changes("SET n = n + :n25", "n", #"{"N":"7.5"}"#), changes("SET n = (n + :n1)", "n", #"{"N":"6"}"#),
        changes("SET n = n + m.n", "n", #"{"N":"6"}"#), changes("SET n = n + n", "n", #"{"N":"10"}"#),
        changes("SET x = if_not_exists(x, :n1)", "x", #"{"N":"1"}"#),
        changes("SET n = if_not_exists(n, :n1)", "n", #"{"N":"5"}"#),
        changes("SET x = if_not_exists(n, :n1)", "x", #"{"N":"5"}"#),
        changes("SET x = if_not_exists(x, :n0) + :n1", "x", #"{"N":"1"}"#),
        changes("SET x = if_not_exists(x, if_not_exists(n, :n1))", "x", #"{"N":"5"}"#),
        changes("SET l = list_append(l, :short)", "l", #"{"L":[{"N":"1"},{"N":"2"},{"N":"3"},{"N":"1"}]}"#),
        changes("SET l = list_append(:short, l)", "l", #"{"L":[{"N":"1"},{"N":"1"},{"N":"2"},{"N":"3"}]}"#),
        changes(
            "SET l = list_append(l, l)", "l", #"{"L":[{"N":"1"},{"N":"2"},{"N":"3"},{"N":"1"},{"N":"2"},{"N":"3"}]}"#),
        changes("SET x = list_append(if_not_exists(x, :none), :short)", "x", #"{"L":[{"N":"1"}]}"#),
        changes("SET l[0] = :n6", "l", #"{"L":[{"N":"6"},{"N":"2"},{"N":"3"}]}"#),
        changes("SET l[3] = :n6", "l", #"{"L":[{"N":"1"},{"N":"2"},{"N":"3"},{"N":"6"}]}"#),
        changes("SET l[99] = :n6", "l", #"{"L":[{"N":"1"},{"N":"2"},{"N":"3"},{"N":"6"}]}"#),
        changes("SET l[9] = :n7, l[5] = :n6", "l", #"{"L":[{"N":"1"},{"N":"2"},{"N":"3"},{"N":"6"},{"N":"7"}]}"#),
        changes("SET m.a = :n1", "m", #"{"M":{"a":{"N":"1"},"n":{"N":"1"}}}"#),
        changes("SET m.b = :n2", "m", #"{"M":{"a":{"S":"x"},"n":{"N":"1"},"b":{"N":"2"}}}"#),
        changes("SET m.#dot = :n2", "m", #"{"M":{"a":{"S":"x"},"n":{"N":"1"},"with.dot":{"N":"2"}}}"#),
        changes("SET m.n = m.n + n", "m", #"{"M":{"a":{"S":"x"},"n":{"N":"6"}}}"#),
        changes("SET #v = :n1", "v", #"{"N":"1"}"#), changes("set n = :n1", "n", #"{"N":"1"}"#),
        changes("SET x = :empty", "x", #"{"S":""}"#), changes("SET x = :null", "x", #"{"NULL":true}"#),
        changes("SET x = :map", "x", #"{"M":{"a":{"S":"x"}}}"#), changes("SET x = :nomap", "x", #"{"M":{}}"#),
        changes("SET x = :ssba", "x", #"{"SS":["a","b"]}"#), changes("SET x = :n5e", "x", #"{"N":"5"}"#),
    ]

    static let others: [Case] = [
        changes("REMOVE n", "n", nil), changes("REMOVE absent", "absent", nil), changes("REMOVE m.zz", "zz", nil),
        changes("REMOVE m.a", "m", #"{"M":{"n":{"N":"1"}}}"#), changes("remove n", "n", nil),
        changes("REMOVE l[0]", "l", #"{"L":[{"N":"2"},{"N":"3"}]}"#),
        changes("REMOVE l[0], l[2]", "l", #"{"L":[{"N":"2"}]}"#),
        changes("REMOVE l[2], l[0]", "l", #"{"L":[{"N":"2"}]}"#), changes("REMOVE l[9]", "zz", nil),
        changes("REMOVE l[0], l[1], l[2]", "l", #"{"L":[]}"#),
        changes("ADD n :n1", "n", #"{"N":"6"}"#), changes("ADD x :n1", "x", #"{"N":"1"}"#),
        changes("ADD n :neg", "n", #"{"N":"2.5"}"#), changes("ADD ss :ssc", "ss", #"{"SS":["a","b","c"]}"#),
        changes("ADD ss :ssa", "ss", #"{"SS":["a","b"]}"#), changes("ADD x :ssa", "x", #"{"SS":["a"]}"#),
        changes("ADD ns :ns1", "ns", #"{"NS":["1","2.5"]}"#),
        changes("ADD m.n :n1", "m", #"{"M":{"a":{"S":"x"},"n":{"N":"2"}}}"#),
        changes("ADD m.c :n1", "m", #"{"M":{"a":{"S":"x"},"n":{"N":"1"},"c":{"N":"1"}}}"#),
        changes("DELETE ss :ssa", "ss", #"{"SS":["b"]}"#), changes("DELETE ss :ssba", "ss", nil),
        changes("DELETE ss :ssc", "ss", #"{"SS":["a","b"]}"#), changes("DELETE absent :ssa", "zz", nil),
        changes("DELETE ns :ns1", "ns", #"{"NS":["2.5"]}"#),
        .expression(
            "SET a = :n1 REMOVE s ADD n :n1 DELETE ss :ssa", given: base,
            leaves:
                #"{"a":{"N":"1"},"n":{"N":"6"},"l":{"L":[{"N":"1"},{"N":"2"},{"N":"3"}]},"m":{"M":{"a":{"S":"x"},"n":{"N":"1"}}},"ss":{"SS":["b"]},"ns":{"NS":["1","2.5"]}}"#
        ),
        // Every operand means the item as it was.
        .expression("SET a = n, n = :n1", given: #"{"n":{"N":"5"}}"#, leaves: #"{"a":{"N":"5"},"n":{"N":"1"}}"#),
        .expression("SET n = :n1, a = n", given: #"{"n":{"N":"5"}}"#, leaves: #"{"a":{"N":"5"},"n":{"N":"1"}}"#),
        .expression(
            "SET a = b, b = a", given: #"{"a":{"N":"1"},"b":{"N":"2"}}"#, leaves: #"{"a":{"N":"2"},"b":{"N":"1"}}"#),
        .expression(
            "REMOVE l[0] SET x = l[0]", given: #"{"l":{"L":[{"N":"1"},{"N":"2"}]}}"#,
            leaves: #"{"l":{"L":[{"N":"2"}]},"x":{"N":"1"}}"#),
        // Where there is no item one is made, but not to take something away from it.
        .expression("SET n = :n1", leaves: #"{"n":{"N":"1"}}"#), .expression("ADD n :n1", leaves: #"{"n":{"N":"1"}}"#),
        .expression("REMOVE n", leaves: ""), .expression("DELETE ss :ssa", leaves: ""),
        .update("no change at all makes the item", #""ReturnValues":"NONE""#, leaves: "{}", .api("UpdateItem")),
    ]

    private static func returning(
        _ mode: String, _ text: String, _ attributes: String?, given: String? = base
    ) -> Case {
        .expression(
            text, given: given, .answers(attributes.map { #"{"Attributes":\#($0)}"# } ?? "{}"), returns: mode,
            .api("UpdateItem"))
    }

    static let returns: [Case] = [
        returning("NONE", "SET n = :n1", nil),
        returning("ALL_OLD", "SET n = :n1", #"{"pk":{"S":"$KEY"},"n":{"N":"5"}}"#, given: #"{"n":{"N":"5"}}"#),
        returning("ALL_NEW", "SET n = :n1", #"{"pk":{"S":"$KEY"},"n":{"N":"1"}}"#, given: #"{"n":{"N":"5"}}"#),
        returning("ALL_OLD", "SET n = :n1", nil, given: nil),
        returning("ALL_NEW", "SET n = :n1", #"{"pk":{"S":"$KEY"},"n":{"N":"1"}}"#, given: nil),
        returning("UPDATED_OLD", "SET n = :n1", #"{"n":{"N":"5"}}"#),
        returning("UPDATED_NEW", "SET n = :n1", #"{"n":{"N":"1"}}"#),
        returning("UPDATED_OLD", "SET x = :n1", nil), returning("UPDATED_NEW", "SET x = :n1", #"{"x":{"N":"1"}}"#),
        returning("UPDATED_OLD", "SET n = :n1", nil, given: nil),
        returning("UPDATED_OLD", "SET n = :n5", #"{"n":{"N":"5"}}"#),
        returning("UPDATED_NEW", "SET n = :n5", #"{"n":{"N":"5"}}"#),
        returning("UPDATED_OLD", "SET m.a = :n1", #"{"m":{"M":{"a":{"S":"x"}}}}"#),
        returning("UPDATED_NEW", "SET m.a = :n1", #"{"m":{"M":{"a":{"N":"1"}}}}"#),
        returning("UPDATED_NEW", "SET m.b = :n1", #"{"m":{"M":{"b":{"N":"1"}}}}"#),
        returning("UPDATED_OLD", "SET m.b = :n1", nil),
        returning("UPDATED_OLD", "SET l[1] = :n6", #"{"l":{"L":[{"N":"2"}]}}"#),
        returning("UPDATED_NEW", "SET l[1] = :n6", #"{"l":{"L":[{"N":"6"}]}}"#),
        returning("UPDATED_NEW", "SET l[0] = :n6, l[2] = :n7", #"{"l":{"L":[{"N":"6"},{"N":"7"}]}}"#),
        returning("UPDATED_OLD", "REMOVE n", #"{"n":{"N":"5"}}"#), returning("UPDATED_NEW", "REMOVE n", nil),
        returning("UPDATED_OLD", "REMOVE m.a", #"{"m":{"M":{"a":{"S":"x"}}}}"#),
        returning("UPDATED_OLD", "ADD n :n1", #"{"n":{"N":"5"}}"#),
        returning("UPDATED_NEW", "ADD n :n1", #"{"n":{"N":"6"}}"#),
        returning("UPDATED_NEW", "ADD ss :ssc", #"{"ss":{"SS":["a","b","c"]}}"#),
        returning("UPDATED_NEW", "DELETE ss :ssa", #"{"ss":{"SS":["b"]}}"#),
        returning("UPDATED_OLD", "DELETE ss :ssba", #"{"ss":{"SS":["a","b"]}}"#),
        returning("UPDATED_NEW", "DELETE ss :ssba", nil),
        returning("UPDATED_NEW", "SET s = :hello REMOVE n", #"{"s":{"S":"hello"}}"#),
        returning("UPDATED_OLD", "SET s = :hello REMOVE n", #"{"s":{"S":"a"},"n":{"N":"5"}}"#),
        returning("ALL_NEW", "REMOVE n", nil, given: nil), returning("ALL_OLD", "REMOVE n", nil, given: nil),
    ]
}
