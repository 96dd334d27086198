/// Values and names that expressions of cases may mention; each request carries those that its expressions do.
enum Palette {
    static let values: [String: String] = [
        ":pk": #"{"S":"all"}"#, ":hello": #"{"S":"hello"}"#, ":he": #"{"S":"he"}"#, ":ell": #"{"S":"ell"}"#,
        ":upper": #"{"S":"HELLO"}"#, ":world": #"{"S":"world"}"#, ":empty": #"{"S":""}"#, ":a": #"{"S":"a"}"#,
        ":x": #"{"S":"x"}"#, ":two": #"{"S":"two"}"#, ":zz": #"{"S":"zz"}"#, ":face": #"{"S":"é😀"}"#,
        ":n0": #"{"N":"0"}"#, ":n1": #"{"N":"1"}"#, ":n2": #"{"N":"2"}"#, ":n3": #"{"N":"3"}"#,
        ":n4": #"{"N":"4"}"#, ":n5": #"{"N":"5"}"#, ":n5e": #"{"N":"0.50E1"}"#, ":n6": #"{"N":"6"}"#,
        ":n7": #"{"N":"7"}"#, ":n25": #"{"N":"2.5"}"#, ":neg": #"{"N":"-2.50"}"#, ":max": #"{"N":"9E125"}"#,
        ":tiny": #"{"N":"1E-130"}"#, ":b1": #"{"B":"AQ=="}"#, ":b2": #"{"B":"Ag=="}"#, ":b123": #"{"B":"AQID"}"#,
        ":b124": #"{"B":"AQIE"}"#, ":true": #"{"BOOL":true}"#, ":false": #"{"BOOL":false}"#,
        ":null": #"{"NULL":true}"#, ":list": #"{"L":[{"N":"1"},{"S":"two"},{"M":{"a":{"N":"1"}}},{"L":[{"S":"x"}]}]}"#,
        ":short": #"{"L":[{"N":"1"}]}"#, ":none": #"{"L":[]}"#, ":map": #"{"M":{"a":{"S":"x"}}}"#,
        ":nomap": #"{"M":{}}"#, ":ssba": #"{"SS":["b","a"]}"#, ":ssa": #"{"SS":["a"]}"#, ":ssc": #"{"SS":["c"]}"#,
        ":ns": #"{"NS":["2.50","1"]}"#, ":ns1": #"{"NS":["1"]}"#, ":bs": #"{"BS":["AQ=="]}"#,
        ":tS": #"{"S":"S"}"#, ":tN": #"{"S":"N"}"#, ":tB": #"{"S":"B"}"#, ":tBOOL": #"{"S":"BOOL"}"#,
        ":tNULL": #"{"S":"NULL"}"#, ":tL": #"{"S":"L"}"#, ":tM": #"{"S":"M"}"#, ":tSS": #"{"S":"SS"}"#,
        ":tNS": #"{"S":"NS"}"#, ":tBS": #"{"S":"BS"}"#, ":tX": #"{"S":"X"}"#,
    ]

    static let names: [String: String] = [
        "#dot": "with.dot", "#n": "n", "#s": "s", "#m": "m", "#a": "a", "#size": "size", "#pk": "pk", "#v": "v",
    ]

    /// The members `ExpressionAttributeNames` and `ExpressionAttributeValues` for these expressions, each with a comma
    /// in front.
    static func parameters(of texts: [String]) -> String {
        let words = texts.flatMap { $0.split { !($0.isLetter || $0.isNumber || "_:#".contains($0)) }.map(String.init) }
        func members(_ name: String, _ known: [(String, String)]) -> String {
            guard !known.isEmpty else { return "" }
            return #","\#(name)":{"# + known.map { #""\#($0)":\#($1)"# }.joined(separator: ",") + "}"
        }
        let used = Set(words)
        return members(
            "ExpressionAttributeNames", names.filter { used.contains($0.key) }.map { ($0.key, "\"\($0.value)\"") })
            + members("ExpressionAttributeValues", values.filter { used.contains($0.key) }.map { ($0.key, $0.value) })
    }
}
