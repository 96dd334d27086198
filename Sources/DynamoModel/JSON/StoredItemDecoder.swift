extension Item {
    /// Decodes an item as the server stores it (`item_data` of ExtendDB's layout): DynamoDB JSON that was validated
    /// when it was written. Straight from the bytes, since every read passes here.
    ///
    /// Structure, duplicates in sets and empty sets are still checked, as upstream does; DynamoDB's limits are not.
    package init(storedJSON bytes: UnsafeRawBufferPointer) throws(JSONError) {
        var decoder = StoredItemDecoder(scanner: JSONScanner(bytes))
        self = try decoder.item()
        try decoder.scanner.expectEnd()
    }

    package init(storedJSON bytes: [UInt8]) throws(JSONError) {
        self = try bytes.withJSONBytes { buffer throws(JSONError) in try Item(storedJSON: buffer) }
    }
}

extension AttributeValue {
    /// Decodes one value of a stored item.
    package init(storedJSON bytes: [UInt8]) throws(JSONError) {
        self = try bytes.withJSONBytes { buffer throws(JSONError) in
            var decoder = StoredItemDecoder(scanner: JSONScanner(buffer))
            let value = try decoder.value()
            try decoder.scanner.expectEnd()
            return value
        }
    }
}

extension AttributeType {
    /// Finds the type by the bytes of its descriptor, without a string: once for every value of every item read.
    fileprivate init?(descriptor bytes: UnsafeRawBufferPointer) {
        switch (bytes.count, bytes.first) {
        case (1, UInt8(ascii: "S")): self = .string
        case (1, UInt8(ascii: "N")): self = .number
        case (1, UInt8(ascii: "B")): self = .binary
        case (1, UInt8(ascii: "M")): self = .map
        case (1, UInt8(ascii: "L")): self = .list
        default: self.init(rawValue: String(decoding: bytes, as: UTF8.self))
        }
    }
}

private struct StoredItemDecoder {
    var scanner: JSONScanner
    var remainingDepth = Limits.jsonDepth

    mutating func item() throws(JSONError) -> Item {
        try descend()
        defer { remainingDepth += 1 }
        try scanner.expect(UInt8(ascii: "{"))
        var item = Item()
        guard !scanner.take(UInt8(ascii: "}")) else { return item }
        repeat {
            guard scanner.peek() == UInt8(ascii: "\"") else { throw scanner.unexpected("an attribute's name") }
            let name = Text(try scanner.string())
            try scanner.expect(UInt8(ascii: ":"))
            item[name] = try value()
        } while scanner.take(UInt8(ascii: ","))
        try scanner.expect(UInt8(ascii: "}"))
        return item
    }

    mutating func value() throws(JSONError) -> AttributeValue {
        try scanner.expect(UInt8(ascii: "{"))
        let offset = scanner.index
        guard scanner.peek() == UInt8(ascii: "\"") else { throw scanner.unexpected("a type descriptor") }
        let descriptor = try scanner.withStringBytes { bytes throws(JSONError) in AttributeType(descriptor: bytes) }
        guard let type = descriptor else { throw JSONError(offset: offset, reason: "unknown type descriptor") }
        try scanner.expect(UInt8(ascii: ":"))
        let value = try value(of: type)
        try scanner.expect(UInt8(ascii: "}"))
        return value
    }

    private mutating func value(of type: AttributeType) throws(JSONError) -> AttributeValue {
        switch type {
        case .string: return .string(try text())
        case .number: return .number(try number())
        case .binary: return .binary(try binary())
        case .bool:
            _ = scanner.peek()
            return .bool(try scanner.bool())
        case .null:
            _ = scanner.peek()
            guard try scanner.bool() else { throw scanner.unexpected("true") }
            return .null
        case .map: return .map(try item())
        case .list:
            try descend()
            defer { remainingDepth += 1 }
            var values: [AttributeValue] = []
            try elements { decoder throws(JSONError) in values.append(try decoder.value()) }
            return .list(values)
        case .stringSet: return .stringSet(try set { decoder throws(JSONError) in try decoder.text() })
        case .numberSet: return .numberSet(try set { decoder throws(JSONError) in try decoder.number() })
        case .binarySet: return .binarySet(try set { decoder throws(JSONError) in try decoder.binary() })
        }
    }

    private mutating func text() throws(JSONError) -> Text {
        guard scanner.peek() == UInt8(ascii: "\"") else { throw scanner.unexpected("a string") }
        return Text(try scanner.string())
    }

    private mutating func number() throws(JSONError) -> DynamoNumber {
        let offset = scanner.index
        return try scanner.withStringBytes { bytes throws(JSONError) in
            do throws(WireError) {
                return try DynamoNumber(utf8: bytes)
            } catch {
                throw JSONError(offset: offset, reason: error.message)
            }
        }
    }

    private mutating func binary() throws(JSONError) -> [UInt8] {
        let offset = scanner.index
        return try scanner.withStringBytes { bytes throws(JSONError) in
            guard let blob = Base64.decode(bytes) else { throw JSONError(offset: offset, reason: "invalid Base64") }
            return blob
        }
    }

    private mutating func set<Element: Hashable>(
        _ element: (inout StoredItemDecoder) throws(JSONError) -> Element
    ) throws(JSONError) -> Set<Element> {
        var members = Set<Element>()
        try elements { decoder throws(JSONError) in
            let offset = decoder.scanner.index
            guard members.insert(try element(&decoder)).inserted else {
                throw JSONError(offset: offset, reason: "duplicate in a set")
            }
        }
        if members.isEmpty { throw scanner.unexpected("a set that is not empty") }
        return members
    }

    private mutating func elements(
        _ element: (inout StoredItemDecoder) throws(JSONError) -> Void
    ) throws(JSONError) {
        try scanner.expect(UInt8(ascii: "["))
        guard !scanner.take(UInt8(ascii: "]")) else { return }
        repeat {
            try element(&self)
        } while scanner.take(UInt8(ascii: ","))
        try scanner.expect(UInt8(ascii: "]"))
    }

    private mutating func descend() throws(JSONError) {
        guard remainingDepth > 0 else { throw scanner.unexpected("fewer nesting levels") }
        remainingDepth -= 1
    }
}
