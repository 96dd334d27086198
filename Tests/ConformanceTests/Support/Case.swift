import DynamoModel
import Testing

/// One thing that the documentation says: a request, and what comes of it.
///
/// In every text `$KEY` is a key of the case's own, so that cases that write do not meet.
struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let operation: String
    /// The parameters, as JSON.
    let request: String
    let expected: Expectation
    let page: Page
    /// The attributes, without the key, of the item that is in table `hash` before.
    var given: String?
    /// The attributes, without the key, of that item afterwards; empty for no item.
    var leaves: String?

    var testDescription: String { "\(name) [\(page.title)]" }

    init(
        _ name: String, _ operation: String, _ request: String, _ expected: Expectation, _ page: Page,
        given: String? = nil, leaves: String? = nil
    ) {
        self.name = name
        self.operation = operation
        self.request = request
        self.expected = expected
        self.page = page
        self.given = given
        self.leaves = leaves
    }
}

/// What a request comes to.
enum Expectation: Sendable {
    /// The whole body, as JSON; the order of members and of elements of sets does not matter.
    case answers(String)
    /// These members of the body, whatever others there are.
    case has(String)
    /// None of these members is in the body.
    case lacks([String])
    /// A `ValidationException` with exactly this message.
    case invalid(String)
    /// An error of this type with exactly this message.
    case fails(String, String)

    /// A `ValidationException` within the envelope of requests.
    static func enveloped(_ message: String) -> Expectation { .invalid("1 validation error detected: " + message) }
    /// `One or more parameter values were invalid`.
    static func badValue(_ reason: String) -> Expectation {
        .invalid("One or more parameter values were invalid: " + reason)
    }
    /// The newer form of a broken length or range.
    static func broken(_ member: String, _ constraint: String) -> Expectation {
        .enveloped("Value at '\(member)' failed to satisfy constraint: Member must have \(constraint)")
    }
    /// A value outside an enumeration, as all operations report it.
    static func notInSet(_ value: String, _ member: String, _ set: String) -> Expectation {
        .enveloped(
            "Value '\(value)' at '\(member)' failed to satisfy constraint: Member must satisfy enum value set: [\(set)]"
        )
    }
    static func missing(_ member: String) -> Expectation {
        .enveloped("Value null at '\(member)' failed to satisfy constraint: Member must not be null")
    }
    static let conditionFailed = Expectation.fails("ConditionalCheckFailedException", "The conditional request failed")
    static let noTable = Expectation.fails("ResourceNotFoundException", "Requested resource not found")
    static func unserializable(_ message: String) -> Expectation { .fails("SerializationException", message) }
}

extension Case {
    /// An update of an item in table `hash`.
    static func update(
        _ name: String, given: String? = nil, _ members: String, _ expected: Expectation = .answers("{}"),
        leaves: String? = nil, _ page: Page = .updates
    ) -> Case {
        Case(
            name, "UpdateItem", #"{"TableName":"hash","Key":{"pk":{"S":"$KEY"}},\#(members)}"#, expected, page,
            given: given, leaves: leaves)
    }

    /// An update by an expression; values and names are those of ``Palette`` that the text mentions.
    static func expression(
        _ text: String, given: String? = nil, _ expected: Expectation = .answers("{}"), leaves: String? = nil,
        returns: String? = nil, _ page: Page = .updates
    ) -> Case {
        let values = returns.map { #","ReturnValues":"\#($0)""# } ?? ""
        return update(
            text + (returns.map { ", returning \($0)" } ?? ""), given: given,
            #""UpdateExpression":"\#(text)"\#(Palette.parameters(of: [text]))\#(values)"#, expected, leaves: leaves,
            page)
    }

    /// Whether the item `all` of table `zoo` passes a filter.
    static func filter(_ text: String, _ passes: Bool, _ page: Page = .conditions) -> Case {
        Case(
            text, "Query",
            #"{"TableName":"zoo","KeyConditionExpression":"pk = :pk","FilterExpression":"\#(text)","#
                + #""Select":"COUNT"\#(Palette.parameters(of: [text, "pk = :pk"]))}"#,
            .answers(#"{"Count":\#(passes ? 1 : 0),"ScannedCount":1}"#), page)
    }

    /// What is wrong with a filter, whatever the items.
    static func badFilter(_ text: String, _ reason: String, _ page: Page = .conditions) -> Case {
        Case(
            text, "Scan", #"{"TableName":"zoo","FilterExpression":"\#(text)"\#(Palette.parameters(of: [text]))}"#,
            .invalid("Invalid FilterExpression: " + reason), page)
    }
}
