import DynamoModel
import Testing

@Suite struct DynamoNumberTests {
    @Test(arguments: [
        ("0", "0"), ("-0", "0"), ("0.000", "0"), ("+1", "1"), ("007", "7"), ("1.50", "1.5"), (".5", "0.5"), ("5.", "5"),
        ("1E3", "1000"), ("1e-3", "0.001"), ("-12.340E+1", "-123.4"), ("+42", "42"), ("0E500", "0"),
        ("100", "100"), ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("9.9999999999999999999999999999999999999E125", "99999999999999999999999999999999999999" + zeros(88)),
        ("1E-130", "0." + zeros(129) + "1"), ("1.5e0001", "15"),
        ("0.00000000000000000000000000000000000000000000000001", "0." + zeros(49) + "1"),
        ("99999999999999999999999999999999999999", "99999999999999999999999999999999999999"),
        ("1" + zeros(120), "1" + zeros(120)), ("18446744073709551616", "18446744073709551616"),
    ])
    func `is written in plain decimal`(_ text: String, _ expected: String) throws {
        #expect(try DynamoNumber(text).description == expected)
    }

    @Test(arguments: [
        ("", "The parameter cannot be converted to a numeric value"),
        ("abc", "The parameter cannot be converted to a numeric value: abc"),
        ("1e", "The parameter cannot be converted to a numeric value: 1e"),
        (".", "The parameter cannot be converted to a numeric value: ."),
        ("1 2", "The parameter cannot be converted to a numeric value: 1 2"),
        ("--1", "The parameter cannot be converted to a numeric value: --1"),
        ("1.2.3", "The parameter cannot be converted to a numeric value: 1.2.3"),
        ("NaN", "The parameter cannot be converted to a numeric value: NaN"),
        ("0x10", "The parameter cannot be converted to a numeric value: 0x10"),
        ("１", "The parameter cannot be converted to a numeric value: １"),
        ("1e99999999999999999999", overflow), ("1E126", overflow), ("-1E126", overflow), ("10E125", overflow),
        ("1E-131", underflow), ("-0.1E-130", underflow), ("1e-99999999999999999999", underflow),
        ("999999999999999999999999999999999999999", tooLong), ("1." + zeros(37) + "1", tooLong),
    ])
    func `is refused in the words of the service`(_ text: String, _ expected: String) {
        #expect(message { _ = try DynamoNumber(text) } == expected)
    }

    @Test func `equal values are equal and hash alike however they are written`() throws {
        let forms = try ["1000", "1E3", "1000.0", "0.1e4", "+01000"].map { try DynamoNumber($0) }
        #expect(Set(forms).count == 1)
        #expect(forms[0] == DynamoNumber(1000))
    }

    @Test func `reads and gives back integers`() throws {
        for int in [0, 1, -1, 10, 1000, Int.max, Int.min, Int.max - 7, 9_000_000_000_000_000_000] {
            #expect(DynamoNumber(int).description == String(int))
            #expect(DynamoNumber(int).intValue == int)
        }
        #expect(try DynamoNumber("1.5").intValue == nil)
        #expect(try DynamoNumber("9223372036854775808").intValue == nil)
        #expect(try DynamoNumber("-9223372036854775809").intValue == nil)
        #expect(try DynamoNumber("1E100").intValue == nil)
    }

    @Test(arguments: [
        ("0", 1), ("1", 2), ("12", 2), ("123", 3), ("-123", 4), ("1000", 2), ("0.001", 2),
        ("99999999999999999999999999999999999999", 20), ("-99999999999999999999999999999999999999", 21),
    ])
    func `costs a byte for two digits`(_ text: String, _ size: Int) throws {
        #expect(try DynamoNumber(text).size == size)
    }

    @Test(arguments: [
        ("1E125", "9E125", "underflow does not matter here"), ("99999999999999999999999999999999999999", "1", ""),
        ("1E38", "-1", ""), ("0.1", "0.2", ""), ("1E125", "1E-130", ""), ("5E-130", "-4E-130", ""),
        ("9E125", "9E125", ""), ("199999999999999999999999999999999999990", "-1", ""),
        ("1", "-1", ""), ("-7", "7.5", ""), ("1E-130", "-1.1E-130", ""),
    ])
    func `adds edge cases as the reference does`(_ a: String, _ b: String, _ comment: String) throws {
        try Self.compareSum(a, b)
        try Self.compareSum(b, a)
    }

    @Test func `adds and subtracts as the reference does`() throws {
        var random = SeededGenerator()
        var exact = 0
        for _ in 0..<3000 {
            let a = random.numberText()
            // Half of the pairs are close in magnitude, so that the sum is often exact.
            let b = random.chance(2) ? random.numberText() : String(a.prefix(random.int(1...a.count))) + "1"
            guard (try? DynamoNumber(a)) != nil, (try? DynamoNumber(b)) != nil else { continue }
            exact += try Self.compareSum(a, b) ? 1 : 0
        }
        #expect(exact > 100)
    }

    /// Whether the sum was representable.
    @discardableResult
    private static func compareSum(_ a: String, _ b: String) throws -> Bool {
        let (x, y) = (try DynamoNumber(a), try DynamoNumber(b))
        var all = true
        for (reference, sum) in [
            (ReferenceDecimal(a) + ReferenceDecimal(b), Result { try x.adding(y) }),
            (ReferenceDecimal(a) + ReferenceDecimal(b).negated, Result { try x.subtracting(y) }),
        ] {
            switch sum {
            case .success(let number):
                #expect(reference.isRepresentable, "\(a) and \(b)")
                #expect(number.description == reference.description, "\(a) and \(b)")
            case .failure:
                #expect(!reference.isRepresentable, "\(a) and \(b)")
                all = false
            }
        }
        return all
    }

    @Test func `overflow of a sum is an error of the service`() throws {
        let big = try DynamoNumber("9E125")
        #expect(message { _ = try big.adding(big) } == overflow)
        #expect(message { _ = try DynamoNumber("1E38").adding(DynamoNumber("0.1")) } == overflow)
        #expect(message { _ = try DynamoNumber("1.1E-130").adding(DynamoNumber("-1E-130")) } == overflow)
    }

    @Test func `normalisation is idempotent and text round trips`() throws {
        var random = SeededGenerator()
        for _ in 0..<2000 {
            let number = random.number()
            let again = try DynamoNumber(number.description)
            #expect(again == number)
            #expect(again.description == number.description)
            #expect(again.hashValue == number.hashValue)
        }
    }

    @Test func `order is total and agrees with subtraction`() throws {
        var random = SeededGenerator()
        var numbers = (0..<60).map { _ in random.number() }
        numbers += try ["0", "1", "-1", "1E125", "-1E125", "1E-130", "-1E-130", "10", "9", "11"].map {
            try DynamoNumber($0)
        }
        for a in numbers {
            for b in numbers {
                #expect([a < b, a == b, b < a].filter { $0 }.count == 1, "\(a) \(b)")
                let difference = ReferenceDecimal(a.description) + ReferenceDecimal(b.description).negated
                #expect((a < b) == (difference.isNegative && !difference.digits.isEmpty), "\(a) \(b)")
            }
        }
        let sorted = numbers.sorted()
        #expect(zip(sorted, sorted.dropFirst()).allSatisfy { $0 <= $1 })
    }
}

private let overflow = "Number overflow. Attempting to store a number with magnitude larger than supported range"
private let underflow = "Number underflow. Attempting to store a number with magnitude smaller than supported range"
private let tooLong = "Attempting to store more than 38 significant digits in a Number"

private func zeros(_ count: Int) -> String { String(repeating: "0", count: count) }
