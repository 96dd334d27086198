import DynamoModel
import Testing

@testable import DynamoExpressions

/// Properties over random statements and texts. A failure names its seed: run that seed alone to see it again.
@Suite struct PartiQLPropertyTests {
    @Test func printedStatementsParseBack() throws {
        for seed in UInt64(1)...3000 {
            var generator = PartiQLGenerator(seed: seed)
            let statement = generator.statement()
            let parsed = try PartiQLStatement(parsing: statement.text)
            #expect(parsed.syntax == statement, "seed \(seed): \(statement.text)")
        }
    }

    /// Statements with characters taken out, put in and exchanged: each is read or refused, none does harm.
    @Test func damagedStatementsAreReadOrRefused() throws {
        let alphabet = Array("'\"?()[]{}<>=!,.:;+-*/ \n19aeE_$\\é`")
        var (read, refused) = (0, 0)
        for seed in UInt64(1)...4000 {
            var generator = PartiQLGenerator(seed: seed)
            var text = Array(generator.statement().text)
            for _ in 0..<generator.random.count(1...4) where !text.isEmpty {
                let position = generator.random.count(0...(text.count - 1))
                switch generator.random.count(0...2) {
                case 0: text.remove(at: position)
                case 1: text.insert(generator.random.pick(alphabet), at: position)
                default: text[position] = generator.random.pick(alphabet)
                }
            }
            do throws(WireError) {
                let statement = try PartiQLStatement(parsing: String(text))
                read += 1
                let values = [AttributeValue](repeating: n(1), count: statement.parameterCount)
                _ = try statement.bind(values)
            } catch {
                #expect(error.code == .validationException, "seed \(seed): \(String(text))")
                #expect(!error.message.isEmpty, "seed \(seed): \(String(text))")
                refused += 1
            }
        }
        // Neither branch may be dead.
        #expect(read > 200 && refused > 200, "\(read) read, \(refused) refused")
    }

    @Test func garbageIsRefused() {
        for seed in UInt64(1)...2000 {
            var random = SeededGenerator(seed: seed)
            let bytes = (0..<random.count(0...60)).map { _ in UInt8(random.count(0...255)) }
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(throws: WireError.self, "seed \(seed): \(text)") { try PartiQLStatement(parsing: text) }
        }
    }

    /// What nests without end is refused before it ends the thread's stack.
    @Test(arguments: ["(", "[", "<<", "NOT ", "{'a':", "size(", "[{'a':("])
    func deepNestingIsRefused(_ opening: String) {
        let text = "SELECT * FROM t WHERE " + String(repeating: opening, count: 4000)
        let message = errorMessage { () throws(WireError) in try PartiQLStatement(parsing: text) }
        #expect(message == malformed("Expression is nested too deeply"))
    }

    /// A condition holds of no item outside the partitions that it is recognised to be about.
    @Test func partitionsHoldAllThatMatches() throws {
        var (recognised, matched) = (0, 0)
        for seed in UInt64(1)...3000 {
            var random = SeededGenerator(seed: seed)
            let condition = random.keyedCondition(depth: 3)
            let partitions = condition.partitions(of: "a")
            let range = condition.rangeCondition(on: "b")
            if partitions != nil { recognised += 1 }
            for a in 0...3 {
                for b in 0...3 {
                    let item: Item = ["a": n(a), "b": n(b), "c": n((a + b) % 3)]
                    guard condition.matches(item) else { continue }
                    matched += 1
                    #expect(partitions?.contains(n(a)) ?? true, "seed \(seed): \(condition)")
                    #expect(range?.matches(n(b)) ?? true, "seed \(seed): \(condition)")
                    if let (key, rest) = condition.primaryKey(KeySchema(hash: "a", range: "b")) {
                        #expect(key == ["a": n(a), "b": n(b)], "seed \(seed): \(condition)")
                        #expect(rest?.matches(item) ?? true, "seed \(seed): \(condition)")
                    }
                }
            }
        }
        #expect(recognised > 300 && matched > 300, "\(recognised) recognised, \(matched) matched")
    }
}

/// The message of a statement that is not of the grammar.
func malformed(_ reason: String) -> String { "Statement wasn't well formed, can't be processed: \(reason)" }

extension SeededGenerator {
    fileprivate mutating func keyedCondition(depth: Int) -> Condition {
        if depth > 0, chance(70) {
            let parts = (0..<count(2...3)).map { _ in keyedCondition(depth: depth - 1) }
            return chance(60) ? .and(parts) : chance(80) ? .or(parts) : .not(parts[0])
        }
        let path = ConditionOperand.path(DocumentPath(root: pick(["a", "a", "b", "c"])))
        let value = ConditionOperand.value(n(count(0...3)))
        switch count(0...5) {
        case 0: return .isIn(path, (0..<count(1...3)).map { _ in .value(n(count(0...3))) })
        case 1:
            let lower = count(0...3)
            return .between(path, lower: .value(n(lower)), upper: .value(n(count(lower...3))))
        case 2: return .comparison(.equal, value, path)
        case 3: return .comparison(pick(Comparator.allCases), path, value)
        default: return .comparison(.equal, path, value)
        }
    }
}
