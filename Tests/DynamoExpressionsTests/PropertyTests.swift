import DynamoModel
import Testing

@testable import DynamoExpressions

/// Properties over random trees and texts. A failure names its seed: run that seed alone to see it again.
@Suite struct PropertyTests {
    @Test func printedConditionsParseBack() throws {
        for seed in UInt64(1)...2000 {
            var random = SeededGenerator(seed: seed)
            let tree = random.condition(depth: 3)
            let syntax = try ConditionSyntax(parsing: tree.text())
            #expect(syntax.root == tree, "seed \(seed): \(tree.text())")
            #expect(!syntax.hasRedundantParentheses, "seed \(seed): \(tree.text())")
        }
    }

    @Test func printedUpdatesParseBack() throws {
        for seed in UInt64(1)...1000 {
            var random = SeededGenerator(seed: seed)
            let (text, actions) = random.update()
            #expect(try UpdateSyntax(parsing: text).actions == actions, "seed \(seed): \(text)")
        }
    }

    @Test func printedProjectionsParseBack() throws {
        for seed in UInt64(1)...500 {
            var random = SeededGenerator(seed: seed)
            let paths = (0..<random.count(1...5)).map { _ in random.path() }
            let text = paths.map(\.text).joined(separator: " ,\n")
            #expect(try ProjectionSyntax(parsing: text).paths == paths, "seed \(seed): \(text)")
        }
    }

    @Test func evaluatorAgreesWithTheNaiveOne() throws {
        var (bound, held) = (0, 0)
        for seed in UInt64(1)...3000 {
            var random = SeededGenerator(seed: seed)
            let tree = random.condition(depth: 3)
            var context = random.context()
            guard let expression = try? ConditionExpression(parsing: tree.text(), context: &context) else { continue }
            bound += 1
            for _ in 0..<4 {
                let item = random.item()
                let result = expression.matches(item)
                if result { held += 1 }
                #expect(
                    result == NaiveEvaluator(item: item).holds(expression.condition),
                    "seed \(seed): \(tree.text()) on \(item)")
            }
        }
        // The generator must not have become so wild that nothing is compared any more.
        #expect(bound > 500)
        #expect(held > bound / 2 && held < bound * 7 / 2)
    }

    /// Whatever the text is, it becomes a tree or one of the service's errors.
    @Test func anyTextIsAnswered() {
        let pieces = [
            "a", "b", "size", "begins_with", "if_not_exists", "SET", "REMOVE", "ADD", "DELETE", "AND", "OR", "NOT",
            "BETWEEN", "IN", "(", ")", "[", "]", ",", ".", "=", "<>", "<", ">", "+", "-", ":v0", "#a", "0", "12", " ",
            "\n", "_", "é", "\u{0}", "#", ":", "99999999999999999999", "name",
        ]
        for seed in UInt64(1)...4000 {
            var random = SeededGenerator(seed: seed)
            let text = (0..<random.count(1...20)).map { _ in random.pick(pieces) + (random.chance(70) ? " " : "") }
                .joined()
            check(text, &random, seed)
        }
    }

    @Test func mutatedTextIsAnswered() {
        for seed in UInt64(1)...3000 {
            var random = SeededGenerator(seed: seed)
            var bytes = Array((random.chance(50) ? random.condition(depth: 2).text() : random.update().text).utf8)
            for _ in 0..<random.count(1...3) where !bytes.isEmpty {
                let index = random.count(0...(bytes.count - 1))
                switch random.count(0...2) {
                case 0: bytes.remove(at: index)
                case 1: bytes[index] = UInt8(random.count(0...255))
                default: bytes.insert(bytes[random.count(0...(bytes.count - 1))], at: index)
                }
            }
            check(String(decoding: bytes, as: UTF8.self), &random, seed)
        }
    }

    private func check(_ text: String, _ random: inout SeededGenerator, _ seed: UInt64) {
        for kind in ExpressionKind.allCases {
            var context = random.context()
            do throws(WireError) {
                switch kind {
                case .projection: _ = try ProjectionExpression(parsing: text, context: &context)
                case .update: _ = try UpdateExpression(parsing: text, context: &context)
                case .keyCondition: _ = try KeyConditionExpression(parsing: text, context: &context)
                case .condition, .filter: _ = try ConditionExpression(parsing: text, kind: kind, context: &context)
                }
            } catch {
                #expect(error.code == .validationException && !error.message.isEmpty, "seed \(seed): \(text)")
            }
        }
    }

    /// What holds of every update that fits its item.
    @Test func updateInvariants() throws {
        var applied = 0
        for seed in UInt64(1)...6000 {
            var random = SeededGenerator(seed: seed)
            let text = random.update().text
            var context = random.context()
            guard let update = try? UpdateExpression(parsing: text, context: &context) else { continue }
            let item = random.item()
            guard let result = try? update.apply(to: item) else { continue }
            applied += 1
            let note: Comment = "seed \(seed): \(text) on \(item) gave \(result.item)"
            let roots = Set(update.paths.map(\.root))
            // Only what the paths name is touched.
            #expect(result.item.filter { !roots.contains($0.key) } == item.filter { !roots.contains($0.key) }, note)
            // The order of the actions says nothing.
            let shuffled = UpdateExpression(actions: update.actions.shuffled(using: &random), isLegacy: false)
            #expect(try shuffled.apply(to: item).item == result.item, note)
            for action in update.actions {
                guard action.path.isTopLevel else { continue }
                switch action {
                case .remove(let path): #expect(result.item[path.root] == nil, note)
                case .set(let path, _), .add(let path, _): #expect(result.item[path.root] != nil, note)
                case .delete(let path, let value): #expect(result.item[path.root] != value, note)
                }
            }
            #expect(result.updatedOld.allSatisfy { item[$0.key] != nil && roots.contains($0.key) }, note)
            #expect(result.updatedNew.allSatisfy { result.item[$0.key] != nil && roots.contains($0.key) }, note)
            #expect(result.item.values.allSatisfy { !hasEmptySet($0) }, note)
        }
        #expect(applied > 300)
    }

    private func hasEmptySet(_ value: AttributeValue) -> Bool {
        switch value {
        case .stringSet(let set): set.isEmpty
        case .numberSet(let set): set.isEmpty
        case .binarySet(let set): set.isEmpty
        case .list(let values): values.contains(where: hasEmptySet)
        case .map(let members): members.values.contains(where: hasEmptySet)
        default: false
        }
    }

    /// A projection takes nothing that is not there, and projecting again changes nothing where no list is cut.
    @Test func projectionInvariants() throws {
        for seed in UInt64(1)...2000 {
            var random = SeededGenerator(seed: seed)
            let text = (0..<random.count(1...4)).map { _ in random.path().text }.joined(separator: ", ")
            var context = random.context()
            guard let projection = try? ProjectionExpression(parsing: text, context: &context) else { continue }
            let item = random.item()
            let projected = projection.project(item)
            let note: Comment = "seed \(seed): \(text) on \(item) gave \(projected)"
            #expect(projected.keys.allSatisfy { projection.attributes.contains($0) }, note)
            for path in projection.paths where path.elements.allSatisfy({ !$0.isIndex }) {
                #expect(path.value(in: projected) == path.value(in: item), note)
            }
            if projection.paths.allSatisfy({ $0.elements.allSatisfy { !$0.isIndex } }) {
                #expect(projection.project(projected) == projected, note)
            }
        }
    }
}

@Suite struct ReservedWordTests {
    /// As many as the developer guide lists, each of them found in any case, and nothing else.
    @Test func list() {
        #expect(ReservedWords.all.count == 573)
        for word in ReservedWords.all {
            #expect(ReservedWords.contains(word) && ReservedWords.contains(word.lowercased()), "\(word)")
            #expect(!ReservedWords.contains(word + "_"), "\(word)")
        }
    }
}

extension DocumentPath.Element {
    fileprivate var isIndex: Bool {
        if case .index = self { true } else { false }
    }
}
