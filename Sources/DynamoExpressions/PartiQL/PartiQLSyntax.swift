/// A statement as written: names are not looked up, `?` has no value yet.
enum PartiQLStatementSyntax: Hashable, Sendable {
    case select(PartiQLSelectSyntax)
    /// `EXISTS(SELECT …)`, which only transactions have.
    case exists(PartiQLSelectSyntax)
    case insert(PartiQLInsertSyntax)
    case update(PartiQLUpdateSyntax)
    case delete(PartiQLDeleteSyntax)
}

struct PartiQLSelectSyntax: Hashable, Sendable {
    struct Order: Hashable, Sendable {
        var attribute: String
        var descending: Bool
    }

    /// nil for `*`.
    var projection: [PartiQLPath]?
    var source: PartiQLSource
    var condition: PartiQLExpression?
    var order: [Order]
}

struct PartiQLInsertSyntax: Hashable, Sendable {
    var target: PartiQLSource
    var value: PartiQLExpression
}

struct PartiQLUpdateSyntax: Hashable, Sendable {
    enum Action: Hashable, Sendable {
        case set(PartiQLPath, PartiQLExpression)
        case remove(PartiQLPath)
    }

    var target: PartiQLSource
    /// In the order of the text; never empty.
    var actions: [Action]
    var condition: PartiQLExpression?
    var returning: PartiQLReturning?
}

struct PartiQLDeleteSyntax: Hashable, Sendable {
    var target: PartiQLSource
    var condition: PartiQLExpression?
    var returning: PartiQLReturning?
}

/// What a statement reads or writes: `"table"` or `"table"."index"`.
package struct PartiQLSource: Hashable, Sendable {
    /// A name, or the table's ARN.
    package var table: String
    package var index: String?
}

/// `RETURNING … *`
package enum PartiQLReturning: String, Hashable, Sendable, CaseIterable {
    case allOld = "ALL OLD"
    case modifiedOld = "MODIFIED OLD"
    case allNew = "ALL NEW"
    case modifiedNew = "MODIFIED NEW"
}

/// A document path as written, quotes removed.
struct PartiQLPath: Hashable, Sendable {
    enum Element: Hashable, Sendable {
        case attribute(String)
        case index(Int)
    }

    /// Never empty; the first one is an attribute.
    var elements: [Element]
}

/// Whatever stands for a value or a truth.
indirect enum PartiQLExpression: Hashable, Sendable {
    case path(PartiQLPath)
    case string(String)
    /// As written, with its sign.
    case number(String)
    case bool(Bool)
    case null
    case missing
    /// `?`, by its position among all of the statement, from 0.
    case parameter(Int)
    case list([PartiQLExpression])
    /// `<< … >>`
    case bag([PartiQLExpression])
    case map([Member])
    /// The function's name is in lower case.
    case call(String, [PartiQLExpression])
    case sum(PartiQLExpression, PartiQLExpression)
    case difference(PartiQLExpression, PartiQLExpression)
    case comparison(Comparator, PartiQLExpression, PartiQLExpression)
    case between(PartiQLExpression, lower: PartiQLExpression, upper: PartiQLExpression)
    case isIn(PartiQLExpression, [PartiQLExpression])
    case isNull(PartiQLExpression)
    case isMissing(PartiQLExpression)
    case not(PartiQLExpression)
    /// Two or more, in the order of the text.
    case and([PartiQLExpression])
    case or([PartiQLExpression])

    struct Member: Hashable, Sendable {
        var name: String
        var value: PartiQLExpression
    }
}
