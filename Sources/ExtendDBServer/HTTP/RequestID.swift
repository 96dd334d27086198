/// Request identifiers in the form of DynamoDB's: 52 upper-case characters of the alphabet `0-9A-V`.
enum RequestID {
    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUV".utf8)

    static func make(using generator: inout some RandomNumberGenerator) -> String {
        String(unsafeUninitializedCapacity: 52) { buffer in
            var bits: UInt64 = 0
            for index in 0..<52 {
                // Twelve characters of five bits from each random word.
                if index % 12 == 0 { bits = generator.next() }
                buffer[index] = alphabet[Int(bits & 31)]
                bits >>= 5
            }
            return 52
        }
    }
}
