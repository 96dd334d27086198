import DynamoModel
import ExtendDBLayout
import Postgres
import TestSupport

/// A database with the layout and nothing in it.
enum LayoutFixture {
    static let account = "210987654321"
    static let region = "eu-central-1"
    static let encryptionKey = (0..<32).map { UInt8($0 * 7) }

    static func withLayout<T: Sendable>(
        _ body: (PostgresConnection) async throws -> T
    ) async throws -> T {
        try await withTestConnection { connection in
            try await LayoutBootstrap.create(on: connection, accountID: account, encryptionKey: encryptionKey)
            return try await body(connection)
        }
    }

    /// Makes a table, relations included.
    static func create(
        _ definition: TableDefinition, account: String = account, status: TableStatus = .active,
        relations: RelationCreation = .complete, on connection: PostgresConnection
    ) async throws -> TableRecord {
        let table = try TableRecord(
            new: definition, accountID: account, region: region, creationDate: 1_795_000_000.5, status: status)
        let created = try await connection.transaction { connection in
            try await Catalog().createTable(table, relations: relations, on: connection)
        }
        guard created else { throw LayoutError(.conflict, "the table exists") }
        return table
    }

    /// A table of orders: composite key, a global index of each projection and a local one.
    static func orders(name: String = "Orders", range: KeyAttributeType = .string) -> TableDefinition {
        TableDefinition(
            name: name, keySchema: KeySchema(hash: "customer", range: "order"),
            attributeDefinitions: [
                AttributeDefinition(name: "customer", type: .string), AttributeDefinition(name: "order", type: range),
                AttributeDefinition(name: "state", type: .string), AttributeDefinition(name: "total", type: .number),
                AttributeDefinition(name: "token", type: .binary),
            ],
            indexes: [
                IndexDefinition(
                    name: "by-state", kind: .global, keySchema: KeySchema(hash: "state", range: "total"),
                    projection: Projection(type: .include, nonKeyAttributes: ["note"])),
                IndexDefinition(
                    name: "by-token", kind: .global, keySchema: KeySchema(hash: "token"), projection: .all),
                IndexDefinition(
                    name: "by-total", kind: .local, keySchema: KeySchema(hash: "customer", range: "total"),
                    projection: .keysOnly),
            ])
    }

    static func order(_ customer: String, _ order: String, _ more: Item = [:]) -> Item {
        more.merging(["customer": .string(Text(customer)), "order": .string(Text(order))]) { $1 }
    }
}

extension PostgresConnection {
    /// The rows of a statement as text, NULL as "∅".
    nonisolated func texts(_ sql: String) async throws -> [[String]] {
        try await query(PostgresQuery(sql)).map { row in
            try row.map { try $0.orNil?.string ?? "∅" }
        }
    }

    /// Runs a statement and decodes `item_data`, its only or second column.
    nonisolated func items(_ query: PostgresQuery) async throws -> [Item] {
        try await self.query(query).map { row in
            try Item(storedJSON: row[row.count - 1].bytes)
        }
    }
}

extension DynamoNumber: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: Int) {
        self.init(value)
    }
}
