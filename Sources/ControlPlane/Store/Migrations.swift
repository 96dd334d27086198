/// The numbered steps that the schema of the records grew by. A step that has been released is never changed; a new
/// one is added at the end.
enum Migrations {
    struct Migration: Sendable {
        var number: Int
        var name: String
        var sql: String
    }

    static let all = [
        Migration(number: 1, name: "records", sql: records),
        Migration(number: 2, name: "lifetimes", sql: lifetimes),
        Migration(number: 3, name: "aurora", sql: aurora),
    ]

    /// The newest schema that this program knows.
    static var newest: Int { all.map(\.number).max() ?? 0 }
}
