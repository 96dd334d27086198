package enum ProjectionType: String, Hashable, Sendable, CaseIterable {
    case all = "ALL"
    case keysOnly = "KEYS_ONLY"
    case include = "INCLUDE"
}

/// Which attributes an index holds beside the keys.
package struct Projection: Hashable, Sendable {
    package var type: ProjectionType
    package var nonKeyAttributes: [Text]

    package static let all = Projection(type: .all)
    package static let keysOnly = Projection(type: .keysOnly)

    package init(type: ProjectionType, nonKeyAttributes: [Text] = []) {
        self.type = type
        self.nonKeyAttributes = nonKeyAttributes
    }

    /// Reads `{"ProjectionType": …, "NonKeyAttributes": […]?}`; without a type it is `ALL`.
    package init(json: JSONValue) throws(WireError) {
        var type = ProjectionType.all
        if let text = json["ProjectionType"]?.stringValue {
            guard let known = ProjectionType(rawValue: text) else {
                throw .invalidParameter("Unknown ProjectionType: \(text)")
            }
            type = known
        }
        let names = json["NonKeyAttributes"]?.arrayValue?.compactMap(\.stringValue) ?? []
        self.init(type: type, nonKeyAttributes: names.map { Text($0) })
    }

    package func write(to json: inout JSONWriter) {
        json.beginObject()
        json.name("ProjectionType")
        json.string(type.rawValue)
        if !nonKeyAttributes.isEmpty {
            json.name("NonKeyAttributes")
            json.beginArray()
            for name in nonKeyAttributes { json.string(name.string) }
            json.endArray()
        }
        json.endObject()
    }
}

package struct Throughput: Hashable, Sendable {
    package var readCapacityUnits: Int
    package var writeCapacityUnits: Int

    package static let zero = Throughput(readCapacityUnits: 0, writeCapacityUnits: 0)

    package init(readCapacityUnits: Int, writeCapacityUnits: Int) {
        self.readCapacityUnits = readCapacityUnits
        self.writeCapacityUnits = writeCapacityUnits
    }

    /// Reads the request's form and the description's, which has more members.
    package init?(json: JSONValue) {
        guard let read = json["ReadCapacityUnits"]?.intValue, let write = json["WriteCapacityUnits"]?.intValue else {
            return nil
        }
        self.init(readCapacityUnits: read, writeCapacityUnits: write)
    }

    package func write(to json: inout JSONWriter) {
        json.beginObject()
        writeUnits(to: &json)
        json.endObject()
    }

    /// The form of DescribeTable, which counts today's decreases: we never have any.
    package func writeDescription(to json: inout JSONWriter) {
        json.beginObject()
        json.name("NumberOfDecreasesToday")
        json.number(0)
        writeUnits(to: &json)
        json.endObject()
    }

    private func writeUnits(to json: inout JSONWriter) {
        json.name("ReadCapacityUnits")
        json.number(readCapacityUnits)
        json.name("WriteCapacityUnits")
        json.number(writeCapacityUnits)
    }
}

/// A secondary index of a table.
package struct IndexDefinition: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable {
        case global = "GSI"
        case local = "LSI"
    }

    package var name: String
    package var kind: Kind
    package var keySchema: KeySchema
    package var projection: Projection
    /// Of a global index of a provisioned table.
    package var provisionedThroughput: Throughput?

    package init(
        name: String, kind: Kind, keySchema: KeySchema, projection: Projection,
        provisionedThroughput: Throughput? = nil
    ) {
        self.name = name
        self.kind = kind
        self.keySchema = keySchema
        self.projection = projection
        self.provisionedThroughput = provisionedThroughput
    }
}
