import ExtendDBLayout
import TestSupport
import Testing

@Suite struct SettlementTests {
    private func name(_ id: String) -> String { PhysicalTable.relationName(id) }

    @Test func aPairThatAgreesNeedsNothing() throws {
        let tables = [Settlement.Table(id: "a", name: "A", status: .active, indexIDs: ["i"])]
        for occasion in [Settlement.Occasion.clone, .start] {
            let plan = try Settlement(occasion, tables: tables, relations: [name("a"), name("i")])
            #expect(plan.activated.isEmpty && plan.removed.isEmpty && plan.dropped.isEmpty)
            #expect(plan.removedIndexIDs.isEmpty)
        }
        #expect(try Settlement(.start, tables: [], relations: []).isEmpty)
    }

    @Test func databasesOfDifferentDeployments() throws {
        let tables = [Settlement.Table(id: "a", name: "A", status: .active)]
        #expect(throws: LayoutError.self) { try Settlement(.clone, tables: tables, relations: [name("b")]) }
        #expect(throws: LayoutError.self) { try Settlement(.start, tables: tables, relations: []) }
        // An empty catalog proves nothing: what is there may be somebody's.
        #expect(try Settlement(.clone, tables: [], relations: [name("b")]).dropped.isEmpty)
    }

    @Test func aServerThatStartsKeepsWorkingTables() throws {
        let tables = [
            Settlement.Table(id: "a", name: "A", status: .active, indexIDs: ["i"]),
            Settlement.Table(id: "b", name: "B", status: .active),
            Settlement.Table(id: "c", name: "C", status: .updating, indexIDs: ["j"]),
        ]
        let relations: Set = [name("a"), name("c"), name("x")]
        let start = try Settlement(.start, tables: tables, relations: relations)
        #expect(start.removed.isEmpty && start.activated.isEmpty && start.removedIndexIDs.isEmpty)
        #expect(start.dropped == [name("x")])
        let clone = try Settlement(.clone, tables: tables, relations: relations)
        #expect(clone.removed.map(\.name) == ["B"])
        #expect(clone.activated.map(\.name) == ["C"])
        #expect(clone.removedIndexIDs == ["i", "j"])
    }

    /// Whatever is found: afterwards every row has its relation and every relation its row, no more is lost than needs
    /// be, and a second settlement finds nothing to do.
    @Test func anyPairAgreesAfterwards() throws {
        var random = SeededGenerator(label: "settlement")
        for _ in 0..<2_000 {
            var tables: [Settlement.Table] = []
            var relations: Set<String> = []
            for table in 0..<Int.random(in: 0...5, using: &random) {
                let indexes = (0..<Int.random(in: 0...2, using: &random)).map { "i\(table)-\($0)" }
                let status = TableStatus.allCases.randomElement(using: &random) ?? .active
                tables.append(.init(id: "t\(table)", name: "T\(table)", status: status, indexIDs: indexes))
                for id in ["t\(table)"] + indexes where Int.random(in: 0..<4, using: &random) > 0 {
                    relations.insert(name(id))
                }
            }
            for orphan in 0..<Int.random(in: 0...2, using: &random) { relations.insert(name("o\(orphan)")) }
            let working = tables.filter { $0.status == .active || $0.status == .updating }
            guard tables.contains(where: { relations.contains(name($0.id)) }) else {
                guard working.isEmpty else {
                    #expect(throws: LayoutError.self) {
                        try Settlement(.clone, tables: tables, relations: relations)
                    }
                    continue
                }
                #expect(try Settlement(.clone, tables: tables, relations: relations).dropped.isEmpty)
                continue
            }
            let plan = try Settlement(.clone, tables: tables, relations: relations)
            let left = relations.subtracting(plan.dropped)
            var rows: [Settlement.Table] = []
            for var table in tables where !plan.removed.contains(table) {
                if plan.activated.contains(table) { table.status = .active }
                table.indexIDs.removeAll { plan.removedIndexIDs.contains($0) }
                rows.append(table)
            }
            #expect(rows.allSatisfy { $0.status == .active })
            #expect(Set(rows.flatMap { [name($0.id)] + $0.indexIDs.map(name) }) == left)
            #expect(
                working.filter { relations.contains(name($0.id)) }.map(\.id)
                    == rows.map(\.id).filter { id in
                        working.contains { $0.id == id }
                    })
            guard !rows.isEmpty else { continue }
            let again = try Settlement(.clone, tables: rows, relations: left)
            #expect(again.activated.isEmpty && again.removed.isEmpty && again.dropped.isEmpty)
            #expect(again.removedIndexIDs.isEmpty)
        }
    }
}
